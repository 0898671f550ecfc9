const element = (id) => document.getElementById(id);
const form = element('form');
const { email, password } = form.elements;
const button = form.querySelector('[type=submit]');

const CLOSED = 'This link has been used or has expired. Restart the gateway to get another one, or run the command.';

/** Returns the token and removes it from the address bar at once, so that it does not stay in the history. */
function takeToken() {
  const [, token = ''] = /token=([\w.-]+)/.exec(location.hash) ?? [];
  if (location.hash !== '') history.replaceState(null, '', location.pathname);
  return token;
}

const token = takeToken();

/** Shows the end: there is nothing more to type. */
function finish(state, title, text) {
  element('card').dataset.state = state;
  element('title').textContent = title;
  element('text').textContent = text;
  form.hidden = true;
  element('title').focus();
}

/** Shows why the form was refused, and focuses the field to correct. */
function complain(text, field) {
  element('problem').textContent = text;
  for (const input of [email, password]) input.setAttribute('aria-invalid', String(input === field));
  field?.focus();
}

/** Sends the form. Returns undefined if the gateway could not be reached. */
async function send() {
  const body = JSON.stringify({ token, email: email.value, password: password.value });
  const headers = { 'content-type': 'application/json' };
  try {
    const response = await fetch('first-admin', { method: 'POST', credentials: 'omit', headers, body });
    return { status: response.status, answer: await response.json() };
  } catch {
    return undefined;
  }
}

function show({ status, answer }) {
  if (status === 200) return finish('done', 'The admin is ready', `${answer.email} can sign in.`);
  if (status === 403) return finish('refused', 'This link no longer works', CLOSED);
  const { field, detail = 'That did not work. Try again.', rules = [] } = answer;
  complain([detail, ...rules].join(' '), field === 'email' ? email : password);
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  if (button.getAttribute('aria-disabled') === 'true') return;
  if (email.value === '') return complain('Type your email address.', email);
  if (password.value === '') return complain('Choose a password.', password);
  button.setAttribute('aria-disabled', 'true');
  const outcome = await send();
  button.removeAttribute('aria-disabled');
  if (outcome === undefined) complain('The gateway cannot be reached. Try again.');
  else show(outcome);
});

if (token === '') finish('refused', 'This link no longer works', CLOSED);
