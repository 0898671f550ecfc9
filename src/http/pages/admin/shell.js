import { make, meta } from './lib/elements.js';
import { href } from './lib/router.js';
import { account, grantedRole, signOut } from './lib/session.js';
import { chooseLanguage, lang, languages, words } from './lib/words.js';
import { views } from './views/all.js';

const ICON = new URL('icon.svg', import.meta.url).href;

/** The sign of the product. */
export function brand() {
  return make('span', { class: 'brand' }, make('img', { src: ICON, alt: '' }), meta('application-name'));
}

/** Chooses the language of the page. */
export function languageChoice() {
  const select = make(
    'select',
    { 'aria-label': words.shell.language },
    ...Object.entries(languages).map(([key, name]) =>
      make('option', { value: key, lang: key, selected: key === lang }, name),
    ),
  );
  select.addEventListener('change', () => chooseLanguage(select.value));
  return select;
}

function whoIs() {
  const { email, twoFactorEnabled } = account();
  return make(
    'div',
    { class: 'who' },
    make('span', { class: 'address' }, email),
    make('span', {}, `${grantedRole()} · ${twoFactorEnabled ? words.shell.factorOn : words.shell.factorOff}`),
    make(
      'div',
      { class: 'buttons' },
      languageChoice(),
      make('button', { type: 'button', class: 'button quiet', onclick: signOut }, words.shell.signOut),
    ),
  );
}

/** Builds the frame around every view. Returns the parts that the views fill. */
export function buildShell(app) {
  const links = views
    .filter(({ nav }) => nav !== undefined)
    .map((view) => make('a', { href: href(view.nav), 'data-nav': view.nav }, view.title()));
  const heading = make('h1', { tabindex: '-1' });
  const badge = make('span', { class: 'badge' });
  const above = make('div', { class: 'above' });
  const tools = make('div', { class: 'tools' });
  const problem = make('div', {});
  const outlet = make('div', { class: 'outlet' });
  const main = make(
    'main',
    { id: 'main' },
    above,
    make('div', { class: 'head' }, heading, badge, tools),
    problem,
    outlet,
  );
  const side = make(
    'header',
    { class: 'side' },
    brand(),
    make('nav', { 'aria-label': words.shell.nav }, ...links),
    whoIs(),
  );
  const skip = make('a', { class: 'skip', href: '#main' }, words.shell.skip);
  skip.addEventListener('click', (event) => {
    event.preventDefault();
    heading.focus();
  });
  app.className = 'shell';
  app.replaceChildren(skip, side, main);
  return { heading, badge, above, tools, problem, outlet, main, links };
}
