import { AdminAuditEvents } from '../generated/operations.js';
import { make } from '../lib/elements.js';
import { exactly } from '../lib/format.js';
import { href } from '../lib/router.js';
import { ask } from '../lib/session.js';
import { wordOf, words } from '../lib/words.js';
import { chip, facts } from '../parts/chip.js';
import { device, eventChip, reasonOf } from '../parts/events.js';
import { listCard, showAll } from '../parts/list-card.js';
import { emptyState } from '../parts/notice.js';
import { filterOf, writtenOut } from './audit-filter.js';
import { auditFilters } from './audit-filters.js';

const PATH = '/audit-log';
const texts = words.audit;
const PAGE_SIZE = 50;
const RISK_KINDS = { CRITICAL: 'bad', HIGH: 'bad', MEDIUM: 'warn', LOW: '' };

/** The beginning of an id, which leads to the events that have the same. */
function idCell(id, address, label) {
  if (id === null) return '–';
  return make('a', { href: address, title: id, 'aria-label': `${label} ${id}` }, make('code', {}, id.slice(0, 8)));
}

function eventCell(event) {
  const reason = reasonOf(event);
  return [eventChip(event), reason !== '' && make('small', {}, reason)];
}

function originCell({ ipAddress, userAgent }, here) {
  const address = ipAddress === null ? '–' : make('a', { href: here({ ipAddress }) }, ipAddress);
  return [address, make('small', {}, device(userAgent))];
}

/** The details of an event, which open in its row. */
function detailsCell({ attributes, requestId }, here) {
  const pairs = attributes.map(({ name, value }) => [name, value]);
  if (requestId !== null) pairs.push([texts.requestId, make('a', { href: here({ requestId }) }, requestId)]);
  if (pairs.length === 0) return '–';
  return make('details', { class: 'event' }, make('summary', {}, texts.details), facts(pairs));
}

function columnsFor(query) {
  const here = (values) => href(PATH, { ...query, after: '', ...values });
  return [
    { title: texts.when, cell: ({ createdAt }) => exactly(createdAt) },
    { title: texts.event, isWide: true, cell: eventCell },
    { title: texts.riskLevels, cell: ({ riskLevel }) => chip(wordOf('risks', riskLevel), RISK_KINDS[riskLevel]) },
    { title: texts.userId, cell: ({ userId }) => idCell(userId, href(`/users/${userId}`), texts.userId) },
    { title: texts.actorId, cell: ({ actorId }) => idCell(actorId, href(`/users/${actorId}`), texts.actorId) },
    { title: texts.origin, cell: (event) => originCell(event, here) },
    { title: texts.details, cell: (event) => detailsCell(event, here) },
  ];
}

function listOf(data, query) {
  return listCard({ path: PATH, texts, columns: columnsFor(query), summary: texts.newestFirst }, data, query);
}

/** The audit log of every account. */
export const auditLog = {
  nav: PATH,
  section: PATH,
  path: /^\/audit-log$/,
  title: () => texts.title,
  load({ query }) {
    const filter = filterOf(writtenOut(query));
    return ask(AdminAuditEvents, { filter, first: PAGE_SIZE, after: query.after });
  },
  render(data, { query }) {
    const written = writtenOut(query);
    return [auditFilters(written), listOf(data, written)];
  },
  withoutData: ({ query }) => [
    auditFilters(writtenOut(query)),
    emptyState(words.users.notLoaded, showAll(PATH, texts)),
  ],
};
