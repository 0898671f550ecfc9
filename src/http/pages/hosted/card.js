/** What every page says when the server could not do it now; the token stays good. */
const TROUBLES = {
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

/** A link that lost its token on the way. */
export const EMPTY = {
  state: 'empty',
  title: 'Something is missing',
  text: 'This page is opened by the link in a mail. Open the link again, or copy the whole of it into the address bar.',
};

/** Takes the token out of the address bar at once, so that it stays neither in the history nor in a screenshot. */
export function takeToken() {
  const found = new URLSearchParams(location.hash.slice(1)).get('token');
  if (location.hash !== '') history.replaceState(null, '', location.pathname + location.search);
  return found || null;
}

/** Asks the gateway; the answer of the operation's one field, or why there is none. */
export async function ask(query, input) {
  let response;
  try {
    response = await fetch('graphql', {
      method: 'POST',
      // What is sent along is all the authority that these operations take, so no cookie goes along.
      credentials: 'omit',
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables: { input } }),
    });
  } catch {
    return { trouble: 'unreachable' };
  }
  try {
    const { data } = await response.json();
    const [answer] = Object.values(data ?? {});
    if (answer?.code === 'RATE_LIMITED') return { trouble: 'tooMany' };
    if (answer?.code === 'TEMPORARILY_UNAVAILABLE' || answer == null) return { trouble: 'unavailable' };
    return { answer };
  } catch {
    return { trouble: response.status === 429 ? 'tooMany' : 'unavailable' };
  }
}

/** The screen that tells of a trouble. */
export function troubleScreen(trouble) {
  return TROUBLES[trouble];
}

const element = (id) => document.getElementById(id);

/** The elements that every screen fills. */
export const card = {
  root: element('card'),
  title: element('title'),
  text: element('text'),
  note: element('note'),
  button: element('act'),
};

/** Shows a screen; what it leaves out is hidden. */
export function show({ state, title, text, button, note }) {
  card.root.dataset.state = state;
  card.title.textContent = title;
  card.text.textContent = text;
  card.note.textContent = note ?? '';
  card.note.hidden = note === undefined;
  // aria-disabled keeps the focus where it is while the request is under way; disabled would drop it.
  card.button.setAttribute('aria-disabled', String(state === 'working'));
  card.button.textContent = button ?? '';
  card.button.hidden = button === undefined;
  document.title = title;
}
