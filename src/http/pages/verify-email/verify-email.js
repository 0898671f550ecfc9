const MUTATION = `mutation($input: VerifyEmailWithTokenInput!) {
  verifyEmailWithToken(input: $input) {
    __typename
    ... on EmailVerified { user { id } }
    ... on AuthProblem { code message }
  }
}`;

/** What the page says in each state; `button` is left out where there is nothing to press. */
const SCREENS = {
  ready: {
    title: 'Confirm your address',
    text: 'One press of the button confirms that the mail reached you.',
    button: 'Confirm my address',
    note: 'If you did not sign up, close this page and nothing happens.',
  },
  working: {
    title: 'Confirming your address…',
    text: 'This takes a moment.',
    button: 'Confirming…',
  },
  done: {
    title: 'Your address is confirmed',
    text: 'You can go back and sign in.',
  },
  empty: {
    state: 'empty',
    title: 'Something is missing',
    text: 'This page is opened by the link in a mail. Open the link again, or copy the whole of it into the address bar.',
  },
  unusable: {
    state: 'refused',
    title: 'This link no longer works',
    text: 'It was used already, or it is too old, or a newer mail has taken its place.',
    note: 'Try to sign in: if your address still has to be confirmed, you can ask for a new mail there.',
  },
  tooMany: {
    state: 'retry',
    title: 'Too many tries',
    text: 'Wait a while, then press the button again. The link stays as it is.',
    button: 'Try again',
  },
  unavailable: {
    state: 'retry',
    title: 'That did not work just now',
    text: 'The trouble is on our side. Wait a moment, then press the button again.',
    button: 'Try again',
  },
  unreachable: {
    state: 'retry',
    title: 'No connection',
    text: 'The server could not be reached. Check your connection, then press the button again.',
    button: 'Try again',
  },
};

const SCREEN_OF_CODE = {
  TOKEN_INVALID: 'unusable',
  CODE_INVALID: 'unusable',
  INPUT_INVALID: 'unusable',
  RATE_LIMITED: 'tooMany',
};

const card = document.getElementById('card');
const title = document.getElementById('title');
const text = document.getElementById('text');
const note = document.getElementById('note');
const button = document.getElementById('confirm');
let token = null;

function show(name) {
  const screen = SCREENS[name];
  card.dataset.state = screen.state ?? name;
  title.textContent = screen.title;
  text.textContent = screen.text;
  note.textContent = screen.note ?? '';
  note.hidden = screen.note === undefined;
  // aria-disabled keeps the focus where it is while the request is under way; disabled would drop it.
  button.setAttribute('aria-disabled', String(name === 'working'));
  button.textContent = screen.button ?? '';
  button.hidden = screen.button === undefined;
  document.title = screen.title;
}

/** Takes the token out of the address bar at once, so that it stays neither in the history nor in a screenshot. */
function takeToken() {
  const found = new URLSearchParams(location.hash.slice(1)).get('token');
  if (location.hash !== '') history.replaceState(null, '', location.pathname + location.search);
  if (found === null && token !== null) return;
  token = found || null;
  show(token === null ? 'empty' : 'ready');
}

/** Sends the token and names the screen that tells how it went. */
async function verify() {
  let response;
  try {
    response = await fetch('graphql', {
      method: 'POST',
      // The token is all the authority that this takes, so no cookie goes along.
      credentials: 'omit',
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      body: JSON.stringify({ query: MUTATION, variables: { input: { token } } }),
    });
  } catch {
    return 'unreachable';
  }
  try {
    const { data } = await response.json();
    const result = data?.verifyEmailWithToken;
    if (result?.__typename === 'EmailVerified') return 'done';
    return SCREEN_OF_CODE[result?.code] ?? 'unavailable';
  } catch {
    return response.status === 429 ? 'tooMany' : 'unavailable';
  }
}

button.addEventListener('click', async () => {
  if (token === null || card.dataset.state === 'working') return;
  show('working');
  const outcome = await verify();
  if (outcome === 'done' || outcome === 'unusable') token = null;
  show(outcome);
  if (button.hidden) title.focus();
});

// A second link opened in the same tab only changes the fragment and loads nothing.
window.addEventListener('hashchange', takeToken);
takeToken();
