import { Logout } from './generated/operations.js';
import { send } from './request.js';
import { session } from './session.js';
import { showSignIn } from './sign-in.js';

const place = document.getElementById('session');

function button(text, act) {
  const element = document.createElement('button');
  element.type = 'button';
  element.textContent = text;
  element.addEventListener('click', act);
  return element;
}

function show(signOut) {
  const { user } = session;
  if (user === undefined)
    return place.replaceChildren(
      'Not signed in',
      button('Sign in', () => showSignIn()),
    );
  const name = document.createElement('strong');
  name.textContent = user.email ?? user.username ?? user.id;
  place.replaceChildren('Signed in as ', name, ` (${user.role})`, button('Sign out', signOut));
}

/** Shows who is signed in, and outside production the way to the mailbox. */
export function showBar({ mailbox, onSignOut }) {
  const signOut = async () => {
    await send({ query: Logout });
    session.end();
    onSignOut();
  };
  if (mailbox !== undefined) {
    const link = document.createElement('a');
    Object.assign(link, { href: mailbox, target: '_blank', textContent: 'Mailbox' });
    place.before(link);
  }
  session.subscribe(() => show(signOut));
  show(signOut);
}
