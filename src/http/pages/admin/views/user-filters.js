import { make } from '../lib/elements.js';
import { go, href } from '../lib/router.js';
import { isAdmin } from '../lib/session.js';
import { words } from '../lib/words.js';
import { knownRoles } from '../parts/accounts.js';
import { selectField, textField, valuesOf } from '../parts/field.js';
import { exportButton } from './export-users.js';
import { inviteButton } from './invite-user.js';

const texts = words.users;
const TYPING_MILLISECONDS = 350;
const LEAST_CHARACTERS = 2;
const STATES = ['ACTIVE', 'UNVERIFIED', 'LOCKED', 'DISABLED', 'PASSWORD_CHANGE_REQUIRED'];
const DATES = ['createdFrom', 'createdTo', 'lastLoginFrom', 'lastLoginTo'];

function selects({ state, role, factor }) {
  const roles = [...new Set([...knownRoles, ...(role === undefined ? [] : [role])])];
  const choice = (label, any, name, value, options) =>
    selectField(label, { name, value, isLabelHidden: true, options: [['', any], ...options] });
  return [
    choice(
      texts.state,
      texts.anyState,
      'state',
      state,
      STATES.map((each) => [each, words.states[each]]),
    ),
    choice(
      texts.role,
      texts.anyRole,
      'role',
      role,
      roles.map((each) => [each, each]),
    ),
    choice(texts.factor, texts.anyFactor, 'factor', factor, [
      ['on', texts.factorOn],
      ['off', texts.factorOff],
    ]),
  ];
}

function moreFilters(query) {
  const fields = DATES.map((name) => textField(texts[name], { name, type: 'date', value: query[name] }));
  const isOpen = DATES.some((name) => query[name] !== undefined);
  return make(
    'details',
    { open: isOpen },
    make('summary', {}, texts.dates),
    make('div', { class: 'dates' }, ...fields),
  );
}

/** The filters of the list of accounts. They live in the address, so that a link with them can be shared. */
export function userFilters(query) {
  const search = make('input', {
    id: 'search',
    type: 'search',
    name: 'text',
    value: query.text,
    'aria-label': texts.search,
    placeholder: texts.search,
    autocomplete: 'off',
    spellcheck: 'false',
  });
  const apply = (options) => go(href('/users', { ...valuesOf(form), order: query.order }), options);
  let typing;
  const form = make(
    'form',
    { role: 'search', class: 'filters' },
    make('div', { class: 'bar' }, search, isAdmin() && exportButton(query), isAdmin() && inviteButton()),
    make('div', { class: 'bar' }, ...selects(query), moreFilters(query)),
    make('button', { type: 'submit', class: 'visually-hidden', tabindex: '-1' }, texts.find),
  );
  search.addEventListener('input', () => {
    clearTimeout(typing);
    const { length } = search.value.trim();
    if (length === 0 || length >= LEAST_CHARACTERS)
      typing = setTimeout(() => apply({ replace: true }), TYPING_MILLISECONDS);
  });
  form.addEventListener('change', ({ target }) => {
    if (target !== search) apply();
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    clearTimeout(typing);
    apply();
  });
  return form;
}
