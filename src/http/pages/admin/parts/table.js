import { make } from '../lib/elements.js';
import { words } from '../lib/words.js';

function headerCell({ title, sort, href }) {
  const arrow = { descending: ' ↓', ascending: ' ↑' }[sort] ?? '';
  const label = [title, arrow && make('span', { 'aria-hidden': 'true' }, arrow)];
  return make(
    'th',
    { scope: 'col', role: 'columnheader', 'aria-sort': sort },
    href === undefined ? label : make('a', { href }, ...label),
  );
}

function bodyCell({ title, cell, isWide }, row) {
  // A narrow screen shows rows as cards, where each value carries its heading.
  return make('td', { role: 'cell', 'data-label': isWide ? undefined : title, class: isWide && 'wide' }, cell(row));
}

/**
 * A table. A column has a `title`, a `cell` that returns the content of a row, and optionally `isWide` for the first line of
 * a card, and `sort` (`ascending` or `descending`) with the `href` that sorts by it. The roles are stated because a layout of
 * cards would remove them.
 */
export function table({ label, columns, rows }) {
  const head = make('tr', { role: 'row' }, ...columns.map(headerCell));
  const body = rows.map((row) => make('tr', { role: 'row' }, ...columns.map((column) => bodyCell(column, row))));
  return make(
    'div',
    { class: 'scroll', role: 'region', tabindex: '0', 'aria-label': label },
    make(
      'table',
      { class: 'rows', role: 'table', 'aria-label': label },
      make('thead', { role: 'rowgroup' }, head),
      make('tbody', { role: 'rowgroup' }, ...body),
    ),
  );
}

/** Rows that stand for a list while it is loaded. */
export function skeleton(count = 6) {
  return make(
    'div',
    { class: 'card skeleton' },
    make('p', { class: 'visually-hidden' }, words.common.loading),
    ...Array.from({ length: count }, () => make('div', { class: 'bone', 'aria-hidden': 'true' })),
  );
}

/** The links below a list: to its first page, if this is a later one, and to the next page. */
export function pager({ summary, first, next }) {
  return make(
    'div',
    { class: 'foot' },
    make('span', {}, summary),
    make(
      'span',
      { class: 'pages' },
      first && make('a', { class: 'button quiet', href: first }, words.common.firstPage),
      next && make('a', { class: 'button quiet', href: next }, words.common.nextPage),
    ),
  );
}
