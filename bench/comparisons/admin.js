import { createHash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { readOperations } from '../../scripts/support/operations.js';
import { expectData, login } from '../lib/asks.js';
import { onDatabase } from '../lib/bench.js';
import { startScript } from '../lib/children.js';
import { withConnections } from '../lib/client.js';
import { median } from '../lib/report.js';
import { ADMIN_EMAIL, seedForAdmins } from '../lib/seed-admin.js';

const SMALL = 1_000;
const LARGE = 1_000_000;
const REPETITIONS = 8;

const documents = readOperations();
const md5 = (text) => createHash('md5').update(text).digest('hex');
const daysAgo = (days) => new Date(Date.now() - days * 86_400_000).toISOString();
const uuid = (hex) => hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
/** An account that every seeded database has. */
const USER = uuid(md5('user500'));
const part = md5('500').slice(4, 12);

const users = (filter, orderBy = 'CREATED_AT_DESC') => ['AdminUsers', { filter, orderBy }];
const events = (filter) => ['AdminAuditEvents', { filter }];
const mails = (filter) => ['AdminMails', { filter }];

/** Every query of the admin API, with each filter, each order and the combinations that a page offers. */
const queries = {
  'accounts, newest first': users({}),
  'accounts, oldest first': users({}, 'CREATED_AT_ASC'),
  'accounts by last sign-in': users({}, 'LAST_LOGIN_AT_DESC'),
  'accounts by address': users({}, 'EMAIL_ASC'),
  'accounts, text of two characters': users({ text: 'ab' }),
  'accounts, text of two characters, by address': users({ text: 'ab' }, 'EMAIL_ASC'),
  'accounts, text of two characters, by last sign-in': users({ text: 'ab' }, 'LAST_LOGIN_AT_DESC'),
  'accounts, a whole address': users({ text: `${md5('500')}@example.com` }),
  'accounts, text anywhere': users({ text: part }),
  'accounts, text anywhere that all have': users({ text: 'example' }),
  'accounts, text anywhere that all have, by address': users({ text: 'example' }, 'EMAIL_ASC'),
  'accounts, text anywhere that none has': users({ text: 'zzz-nobody' }),
  'accounts, text and a state that exclude each other': users({ text: part, state: 'DISABLED' }),
  'accounts, frequent text and a rare role': users({ text: 'example', role: 'support' }),
  'accounts, ACTIVE': users({ state: 'ACTIVE' }),
  'accounts, ACTIVE, by last sign-in': users({ state: 'ACTIVE' }, 'LAST_LOGIN_AT_DESC'),
  'accounts, DISABLED': users({ state: 'DISABLED' }),
  'accounts, DISABLED, by address': users({ state: 'DISABLED' }, 'EMAIL_ASC'),
  'accounts, DISABLED, by last sign-in': users({ state: 'DISABLED' }, 'LAST_LOGIN_AT_DESC'),
  'accounts, UNVERIFIED': users({ state: 'UNVERIFIED' }),
  'accounts, UNVERIFIED, by address': users({ state: 'UNVERIFIED' }, 'EMAIL_ASC'),
  'accounts, PASSWORD_CHANGE_REQUIRED': users({ state: 'PASSWORD_CHANGE_REQUIRED' }),
  'accounts, LOCKED': users({ state: 'LOCKED' }),
  'accounts, role user': users({ role: 'user' }),
  'accounts, role support': users({ role: 'support' }),
  'accounts, a role that none has': users({ role: 'auditor' }),
  'accounts, role support, by address': users({ role: 'support' }, 'EMAIL_ASC'),
  'accounts, role support, disabled': users({ role: 'support', state: 'DISABLED' }),
  'accounts with a second factor': users({ twoFactor: true }),
  'accounts with a second factor, by address': users({ twoFactor: true }, 'EMAIL_ASC'),
  'accounts with a second factor, disabled': users({ twoFactor: true, state: 'DISABLED' }),
  'accounts without a second factor': users({ twoFactor: false }),
  'accounts, role support without a second factor': users({ role: 'support', twoFactor: false }),
  'accounts, created in a day': users({ createdFrom: daysAgo(40), createdBefore: daysAgo(39) }),
  'accounts, created in a day, by address': users(
    { createdFrom: daysAgo(40), createdBefore: daysAgo(39) },
    'EMAIL_ASC',
  ),
  'accounts, created in an empty time, by address': users({ createdBefore: daysAgo(200) }, 'EMAIL_ASC'),
  'accounts, last signed in during a day': users({ lastLoginFrom: daysAgo(40), lastLoginBefore: daysAgo(39) }),
  'accounts, last signed in before all': users({ lastLoginBefore: daysAgo(200) }),
  'accounts, last signed in long ago, by last sign-in': users({ lastLoginBefore: daysAgo(40) }, 'LAST_LOGIN_AT_DESC'),
  'accounts, created and signed in at times that exclude each other': users({
    createdFrom: daysAgo(10),
    lastLoginBefore: daysAgo(20),
  }),
  'one account': ['AdminUser', { id: USER }],
  'one account with sessions, events and emails': ['AdminUserPage', { id: USER, events: {} }],
  'one account, refused events': ['AdminUserPage', { id: USER, events: { success: false } }],
  'events, newest first': events({}),
  'events of an account': events({ userId: USER }),
  'events of an actor that has none': events({ actorId: USER }),
  'events, rejected sign-ins': events({ types: ['LOGIN', 'TWO_FACTOR'], success: false }),
  'events, successful sign-ins': events({ types: ['LOGIN'], success: true }),
  'events, a type that none has': events({ types: ['TOTP_DISABLE'] }),
  'events, rare types': events({ types: ['ROLE_CHANGE', 'ACCOUNT_LOCK'] }),
  'events, frequent and rare types': events({ types: ['LOGIN', 'ROLE_CHANGE'] }),
  'events, rejected': events({ success: false }),
  'events, risk HIGH or CRITICAL': events({ riskLevels: ['HIGH', 'CRITICAL'] }),
  'events, risk MEDIUM, which none has': events({ riskLevels: ['MEDIUM'] }),
  'events from an address': events({ ipAddress: '198.51.7.7' }),
  'events from an address that has none': events({ ipAddress: '192.0.2.1' }),
  'events of a request': events({ requestId: 'request-400' }),
  'events of a request that has none': events({ requestId: 'request-0' }),
  'events of a day': events({ from: daysAgo(40), before: daysAgo(39) }),
  'events, rare types of a day': events({ types: ['ROLE_CHANGE'], from: daysAgo(40), before: daysAgo(39) }),
  'events before all': events({ before: daysAgo(200) }),
  'emails, newest first': mails({}),
  'emails, FAILED': mails({ status: 'FAILED' }),
  'emails, PENDING': mails({ status: 'PENDING' }),
  'emails, SENT': mails({ status: 'SENT' }),
  'emails to an address': mails({ recipient: `${md5('500')}@example.com` }),
  'emails of a rare kind': mails({ mail: 'new-device' }),
  'emails of a kind that none has': mails({ mail: 'role-changed' }),
  'emails of a day': mails({ from: daysAgo(40), before: daysAgo(39) }),
  'emails, FAILED of a rare kind': mails({ status: 'FAILED', mail: 'new-device' }),
  overview: ['AdminOverview', { days: 90 }],
  status: ['AdminStatus', {}],
};

async function open(bench, count) {
  const gateway = await bench.startUnseeded();
  await onDatabase(gateway.databaseUrl, (client) => seedForAdmins(client, count));
  const env = { DATABASE_URL: gateway.databaseUrl, SECRET_KEY: bench.secretKey, DATA_DIR: bench.dataDir };
  const maintenance = await startScript(new URL('../servers/maintenance.js', import.meta.url), env);
  await maintenance.ask('rollUp');
  await maintenance.stop();
  const tokens = await withConnections(gateway.url, 1, ([connection]) => login(connection, ADMIN_EMAIL));
  return { ...gateway, headers: { authorization: `Bearer ${tokens.accessToken}` } };
}

/** The median duration of a query, in milliseconds; infinite if it is refused because it takes too long. */
async function milliseconds({ url, headers }, [name, variables]) {
  return await withConnections(url, 1, async ([connection]) => {
    const durations = [];
    while (durations.length < REPETITIONS) {
      const begun = performance.now();
      const answer = await connection.post({ query: documents[name], variables }, headers);
      durations.push(performance.now() - begun);
      if (answer.text.includes('This takes too long')) return Number.POSITIVE_INFINITY;
      expectData(answer, (data) => Object.values(data).some((value) => value !== null));
    }
    return median(durations);
  });
}

/**
 * The duration of each query of the admin API in a large database compared with a small one, where fewer rows match most
 * filters, so that pages are shorter.
 */
export const admin = {
  rows: Object.fromEntries(Object.keys(queries).map((title) => [title, { title }])),
  async prepare(bench) {
    this.small = await open(bench, SMALL);
    this.large = await open(bench, LARGE);
  },
  async round() {
    const round = {};
    for (const [title, query] of Object.entries(queries)) {
      const small = await milliseconds(this.small, query);
      const large = await milliseconds(this.large, query);
      round[title] = { ratio: large / small };
    }
    return round;
  },
};
