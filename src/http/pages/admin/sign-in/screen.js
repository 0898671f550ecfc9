import { make, meta } from '../lib/elements.js';
import { brand, languageChoice } from '../shell.js';

/** Shows one step of a sign-in alone on the page. */
export function showScreen(app, { title, text, children }) {
  const heading = make('h1', { tabindex: '-1' }, title);
  const head = make('div', { class: 'screen-head' }, brand(), languageChoice());
  app.className = 'alone';
  app.replaceChildren(
    make('main', { class: 'card screen' }, head, heading, text && make('p', { class: 'muted' }, text), ...children),
  );
  document.title = `${title} · ${meta('application-name')}`;
  (app.querySelector('form input') ?? heading).focus();
}

/** Where a new password is set with a token that a sign-in returned. */
export function resetPasswordAddress(token) {
  const address = meta('gatehouse-reset-password') || new URL('../../reset-password', import.meta.url).href;
  return `${address}#token=${token}`;
}

/** A link that looks like a button. */
export function linkButton(text, address) {
  return make('a', { class: 'button', href: address, target: '_self' }, text);
}
