import { make } from '../lib/elements.js';
import { isoOf, localValue } from '../lib/moments.js';
import { go, href } from '../lib/router.js';
import { isAdmin } from '../lib/session.js';
import { fill, wordOf, words } from '../lib/words.js';
import { selectField, textField, valuesOf } from '../parts/field.js';
import { FILTERS, filterOf, presets } from './audit-filter.js';
import { exportDialog } from './export-users.js';

const texts = words.audit;
const MOMENTS = ['from', 'before'];
const RARE = ['userId', 'actorId', 'requestId', ...MOMENTS];
const RISKS = ['CRITICAL', 'HIGH,CRITICAL', 'HIGH', 'MEDIUM', 'LOW'];

const inWords = (table, text) =>
  text
    .split(',')
    .map((name) => wordOf(table, name))
    .join(', ');

/** The value of a filter as a person reads it. */
function shown(name, value) {
  if (name === 'types') return value.split(',').length > 3 ? texts.manyTypes : inWords('events', value);
  if (name === 'riskLevels') return inWords('risks', value);
  if (name === 'success') return value === 'true' ? texts.accepted : texts.refused;
  return MOMENTS.includes(name) ? (localValue(value)?.replace('T', ' ') ?? value) : value;
}

/** The filters that apply, each as a link that removes it. */
function chips(query) {
  const active = FILTERS.filter((name) => query[name] !== undefined);
  const links = active.map((name) => {
    const text = `${texts[name]}: ${shown(name, query[name])}`;
    const address = href('/audit-log', { ...query, [name]: '', after: '' });
    return make(
      'a',
      { class: 'chip removable', href: address, 'aria-label': fill(texts.remove, { filter: text }) },
      text,
      make('span', { 'aria-hidden': 'true' }, ' ×'),
    );
  });
  return links.length > 0 && make('div', { class: 'chips' }, ...links);
}

function presetLinks(query) {
  const isShown = (values) => JSON.stringify(filterOf(values)) === JSON.stringify(filterOf(query));
  const links = Object.entries(presets).map(([name, values]) =>
    make(
      'a',
      { class: 'button quiet', href: href('/audit-log', { preset: name }), 'aria-current': isShown(values) && 'true' },
      texts.presets[name],
    ),
  );
  return make('nav', { class: 'periods', 'aria-label': texts.presetsName }, ...links);
}

function choice(name, query, options) {
  const value = query[name];
  const known = options.some(([key]) => key === value);
  const other = value === undefined || known ? [] : [[value, shown(name, value)]];
  return selectField(texts[name], {
    name,
    value,
    isLabelHidden: true,
    options: [['', texts.any[name]], ...options, ...other],
  });
}

function selects(query) {
  const events = Object.entries(words.events).sort(([, one], [, other]) => one.localeCompare(other));
  return [
    choice('types', query, events),
    choice('success', query, [
      ['true', texts.accepted],
      ['false', texts.refused],
    ]),
    choice(
      'riskLevels',
      query,
      RISKS.map((names) => [names, inWords('risks', names)]),
    ),
  ];
}

function moreFilters(query) {
  const fields = RARE.map((name) =>
    MOMENTS.includes(name)
      ? textField(texts[name], { name, type: 'datetime-local', value: localValue(query[name]) })
      : textField(texts[name], { name, value: query[name], spellcheck: 'false' }),
  );
  return make(
    'details',
    { open: RARE.some((name) => query[name] !== undefined) },
    make('summary', {}, texts.more),
    make('div', { class: 'dates' }, ...fields),
  );
}

/** The filters of the audit log. They live in the address, so that a link with them can be shared. */
export function auditFilters(query) {
  const search = make('input', {
    type: 'search',
    name: 'ipAddress',
    value: query.ipAddress,
    'aria-label': texts.search,
    placeholder: texts.search,
    autocomplete: 'off',
    spellcheck: 'false',
  });
  const exporting = () => void exportDialog('audit-events', filterOf(query));
  const form = make(
    'form',
    { role: 'search', class: 'filters' },
    make(
      'div',
      { class: 'bar' },
      search,
      ...selects(query),
      make('button', { type: 'submit', class: 'button quiet' }, words.users.find),
      isAdmin() && make('button', { type: 'button', class: 'button quiet', onclick: exporting }, words.exports.button),
    ),
    moreFilters(query),
    presetLinks(query),
    chips(query),
  );
  const apply = () => {
    const { from, before, ...values } = valuesOf(form);
    go(href('/audit-log', { ...values, from: isoOf(from), before: isoOf(before) }));
  };
  form.addEventListener('change', ({ target }) => {
    if (target.tagName === 'SELECT') apply();
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    apply();
  });
  return form;
}
