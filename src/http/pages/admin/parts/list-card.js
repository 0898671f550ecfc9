import { make } from '../lib/elements.js';
import { href } from '../lib/router.js';
import { emptyState } from './notice.js';
import { pager, table } from './table.js';

/** The link to a list without its filter. */
export function showAll(path, texts) {
  return make('a', { class: 'button quiet', href: href(path) }, texts.showAll);
}

/** One page of a list as a table, with the links to the first and the next page; or why it is empty. */
export function listCard({ path, texts, columns, summary }, { nodes, pageInfo }, query) {
  if (nodes.length === 0) {
    const hasFilter = Object.keys(query).length > 0;
    return emptyState(hasFilter ? texts.noneMatch : texts.none, hasFilter && showAll(path, texts));
  }
  return make(
    'section',
    { class: 'card' },
    table({ label: texts.title, columns, rows: nodes }),
    pager({
      summary,
      first: query.after && href(path, { ...query, after: '' }),
      next: pageInfo.hasNextPage && href(path, { ...query, after: pageInfo.endCursor }),
    }),
  );
}
