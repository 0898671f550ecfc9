import { AdminMails, AdminRetryMail } from '../generated/operations.js';
import { make } from '../lib/elements.js';
import { exactly } from '../lib/format.js';
import { href } from '../lib/router.js';
import { ask, isAdmin } from '../lib/session.js';
import { say } from '../lib/status-line.js';
import { fill, wordOf, words } from '../lib/words.js';
import { openDialog } from '../parts/dialog.js';
import { listCard, showAll } from '../parts/list-card.js';
import { mailChip } from '../parts/mails.js';
import { emptyState } from '../parts/notice.js';
import { mailFilters } from './mail-filters.js';

const PATH = '/emails';
const texts = words.emails;
const PAGE_SIZE = 50;
const ENDED = ['FAILED', 'DISCARDED'];

async function retry({ id, recipient }, reload) {
  const done = await openDialog({
    title: texts.retryTitle,
    text: fill(texts.retryText, { email: recipient }),
    submit: texts.retrySubmit,
    onSubmit: () => ask(AdminRetryMail, { input: { mailId: id } }),
  });
  if (done === undefined) return;
  say(texts.retried);
  reload();
}

/** When the state of an email changed, or when the next attempt is due. */
function nextCell({ finishedAt, nextAttemptAt }) {
  if (finishedAt !== null) return exactly(finishedAt);
  return nextAttemptAt === null ? '–' : [texts.nextAttempt, ' ', exactly(nextAttemptAt)];
}

function recipientCell({ recipient, userId, mail }) {
  const kind = make('small', {}, wordOf('mails', mail));
  return [userId === null ? recipient : make('a', { href: href(`/users/${userId}`) }, recipient), kind];
}

function retryCell(mail, reload) {
  if (!ENDED.includes(mail.status)) return '–';
  const label = `${texts.retry} ${wordOf('mails', mail.mail)}, ${mail.recipient}`;
  const onclick = () => void retry(mail, reload);
  return make('button', { type: 'button', class: 'button quiet', 'aria-label': label, onclick }, texts.retry);
}

function statusCell(mail) {
  return [mailChip(mail), mail.lastError !== null && make('small', {}, mail.lastError)];
}

function columnsFor(reload) {
  const columns = [
    { title: texts.when, cell: ({ createdAt }) => exactly(createdAt) },
    { title: texts.recipient, isWide: true, cell: recipientCell },
    { title: texts.status, cell: statusCell },
    { title: texts.attempts, cell: ({ attempts }) => String(attempts) },
    { title: texts.finished, cell: nextCell },
  ];
  return isAdmin() ? [...columns, { title: texts.acts, cell: (mail) => retryCell(mail, reload) }] : columns;
}

function listOf(data, query, reload) {
  return listCard({ path: PATH, texts, columns: columnsFor(reload), summary: texts.newestFirst }, data, query);
}

/** The emails of the outbox, without their content. */
export const emails = {
  nav: PATH,
  section: PATH,
  path: /^\/emails$/,
  title: () => texts.title,
  load({ query: { status, mail, recipient, after } }) {
    return ask(AdminMails, { filter: { status, mail, recipient }, first: PAGE_SIZE, after });
  },
  render: (data, { query, reload }) => [mailFilters(query, reload), listOf(data, query, reload)],
  withoutData: ({ query, reload }) => [
    mailFilters(query, reload),
    emptyState(words.users.notLoaded, showAll(PATH, texts)),
  ],
};
