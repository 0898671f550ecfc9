import { AdminEndSession } from '../generated/operations.js';
import { make } from '../lib/elements.js';
import { ago, exactly } from '../lib/format.js';
import { href } from '../lib/router.js';
import { ask, isAdmin } from '../lib/session.js';
import { say } from '../lib/status-line.js';
import { wordOf, words } from '../lib/words.js';
import { askAndAct } from '../parts/act-dialog.js';
import { device, eventChip, reasonOf } from '../parts/events.js';
import { mailChip } from '../parts/mails.js';
import { table } from '../parts/table.js';

const texts = words.user;

function section(title, rows, columns, none, ...links) {
  const body = rows.length === 0 ? make('p', { class: 'muted pad' }, none) : table({ label: title, columns, rows });
  return make(
    'section',
    { class: 'card' },
    make('div', { class: 'card-head' }, make('h2', {}, title), make('span', { class: 'links' }, ...links)),
    body,
  );
}

async function endSession(session, reload) {
  const done = await askAndAct({
    title: texts.endSessionTitle,
    text: texts.endSessionText,
    submit: texts.endSession,
    act: (input) => ask(AdminEndSession, { input: { ...input, sessionId: session.id } }),
  });
  if (done === undefined) return;
  say(texts.sessionEnded);
  reload();
}

/** The active sessions of an account. */
export function sessionsOf({ sessions, role }, reload) {
  const mayEnd = isAdmin() || role !== 'admin';
  const deviceOf = ({ deviceName, browser, operatingSystem }) =>
    deviceName ?? ([browser, operatingSystem].filter((each) => each !== null).join(' · ') || texts.unknownDevice);
  const columns = [
    { title: texts.device, isWide: true, cell: deviceOf },
    {
      title: texts.place,
      cell: ({ ipAddress, city, country }) => [city, country, ipAddress].filter(Boolean).join(', ') || '–',
    },
    { title: texts.lastUse, cell: ({ lastActivityAt }) => ago(lastActivityAt) },
    { title: texts.since, cell: ({ createdAt }) => ago(createdAt) },
  ];
  const end = (session) =>
    make(
      'button',
      { type: 'button', class: 'button quiet', onclick: () => void endSession(session, reload) },
      texts.endSession,
    );
  if (mayEnd) columns.push({ title: texts.acts, cell: end });
  return section(texts.sessions, sessions.nodes, columns, texts.noSessions);
}

/** The latest events of an account. */
export function eventsOf({ id, auditEvents }, query) {
  const isRefused = query.events === 'refused';
  const here = (events) => href(`/users/${id}`, { events });
  const columns = [
    { title: texts.when, cell: ({ createdAt }) => exactly(createdAt) },
    { title: texts.event, isWide: true, cell: eventChip },
    { title: texts.why, cell: reasonOf },
    { title: texts.ipAddress, cell: ({ ipAddress }) => ipAddress ?? '–' },
    { title: texts.device, cell: ({ userAgent }) => device(userAgent) },
  ];
  return section(
    texts.events,
    auditEvents.nodes,
    columns,
    texts.noEvents,
    make('a', { href: here(isRefused ? undefined : 'refused') }, isRefused ? texts.everyEvent : texts.refusedOnly),
    make('a', { href: href('/audit-log', { userId: id }) }, texts.auditLog),
  );
}

/** The latest emails of an account. */
export function mailsOf({ email, mails }) {
  const columns = [
    { title: texts.when, cell: ({ createdAt }) => exactly(createdAt) },
    { title: texts.mail, isWide: true, cell: ({ mail }) => wordOf('mails', mail) },
    { title: texts.status, cell: mailChip },
    { title: texts.attempts, cell: ({ attempts }) => String(attempts) },
    { title: texts.lastError, cell: ({ lastError }) => lastError ?? '–' },
  ];
  const all = make('a', { href: href('/emails', { recipient: email }) }, texts.everyMail);
  return section(texts.mails, mails.nodes, columns, texts.noMails, all);
}
