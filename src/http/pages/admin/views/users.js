import { AdminUser, AdminUsers } from '../generated/operations.js';
import { make } from '../lib/elements.js';
import { ago, counted, onDay } from '../lib/format.js';
import { href } from '../lib/router.js';
import { ask } from '../lib/session.js';
import { words } from '../lib/words.js';
import { stateChip } from '../parts/accounts.js';
import { chip } from '../parts/chip.js';
import { listCard, showAll } from '../parts/list-card.js';
import { emptyState } from '../parts/notice.js';
import { filterOf } from './user-filter.js';
import { userFilters } from './user-filters.js';

const PATH = '/users';
const texts = words.users;
const ID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
const PAGE_SIZE = 50;
const NEWEST = 'CREATED_AT_DESC';

async function byId(id) {
  const user = await ask(AdminUser, { id });
  const nodes = user === null ? [] : [user];
  return { nodes, pageInfo: { hasNextPage: false }, approximateTotalCount: nodes.length };
}

function accountCell({ id, email, displayName, username }) {
  const names = [displayName, username].filter((name) => name !== null).join(' · ');
  return [make('a', { href: href(`/users/${id}`) }, email), names !== '' && make('small', {}, names)];
}

/** The columns. A heading sorts by its column; the one of the creation time turns the order around. */
function columnsFor(query) {
  const order = query.order ?? NEWEST;
  const sortBy = (name) => href(PATH, { ...query, order: name === NEWEST ? '' : name, after: '' });
  const created = { [NEWEST]: 'descending', CREATED_AT_ASC: 'ascending' }[order];
  return [
    {
      title: texts.account,
      isWide: true,
      cell: accountCell,
      href: sortBy('EMAIL_ASC'),
      sort: order === 'EMAIL_ASC' ? 'ascending' : undefined,
    },
    { title: texts.state, cell: stateChip },
    { title: texts.role, cell: ({ role }) => (role === 'admin' || role === 'support' ? chip(role) : role) },
    {
      title: texts.factor,
      cell: ({ twoFactorEnabledAt }) => (twoFactorEnabledAt === null ? words.common.off : words.common.on),
    },
    {
      title: texts.lastLogin,
      cell: ({ lastLoginAt }) => (lastLoginAt === null ? words.common.never : ago(lastLoginAt)),
      href: sortBy('LAST_LOGIN_AT_DESC'),
      sort: order === 'LAST_LOGIN_AT_DESC' ? 'descending' : undefined,
    },
    { title: texts.sessions, cell: ({ liveSessionCount }) => String(liveSessionCount) },
    {
      title: texts.created,
      cell: ({ createdAt }) => onDay(createdAt),
      href: sortBy(order === NEWEST ? 'CREATED_AT_ASC' : NEWEST),
      sort: created,
    },
  ];
}

function listOf(data, query) {
  const isExact = !data.pageInfo.hasNextPage && query.after === undefined;
  const summary = counted(isExact ? texts.exactCount : texts.aboutCount, data.approximateTotalCount);
  return listCard({ path: PATH, texts, columns: columnsFor(query), summary }, data, query);
}

/** The list of accounts. */
export const users = {
  nav: PATH,
  section: PATH,
  path: /^\/users$/,
  title: () => texts.title,
  load({ query }) {
    if (ID.test(query.text ?? '')) return byId(query.text);
    const page = { orderBy: query.order ?? NEWEST, first: PAGE_SIZE, after: query.after };
    return ask(AdminUsers, { filter: filterOf(query), ...page });
  },
  render: (data, { query }) => [userFilters(query), listOf(data, query)],
  withoutData: ({ query }) => [userFilters(query), emptyState(texts.notLoaded, showAll(PATH, texts))],
};
