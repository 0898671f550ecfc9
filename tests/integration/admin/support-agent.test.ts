import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { operations } from '../../../src/operations/all.js';
import { AdminUserDocument, AdminUsersDocument } from '../../generated/operations.js';
import { mailedTo, quickUser, rows, signedUp } from '../../support/accounts.js';
import { type Ask, sharedGateway, type TestGateway } from '../../support/app.js';
import { eventsOfRequest } from '../../support/audit.js';
import { loggedIn } from '../../support/journey.js';
import { documentOf, documents, mutationInputs, requiredInput } from '../../support/operation-calls.js';
import { type StaffMember, staffMember } from '../../support/staff.js';

let gateway: TestGateway;
let agent: StaffMember;
let ask: Ask;

async function newAgent(): Promise<void> {
  agent = await staffMember(gateway, 'support');
  ask = { token: agent.token };
}

// Each with a new agent, because a token expires and a repeated refusal is recorded once a minute for each user.
beforeEach(newAgent);

beforeAll(async () => {
  gateway = await sharedGateway({ env: { INTROSPECTION: 'off' } });
});
afterAll(() => gateway.close());

/** Everything that tells whether an account, its sessions, its codes and its emails are as they were. */
async function everythingOf(id: string): Promise<unknown> {
  return await rows(
    gateway,
    `SELECT to_jsonb(u) - 'last_login_at' AS account,
       (SELECT jsonb_agg(s ORDER BY s.id) FROM sessions s WHERE s.user_id = u.id) AS sessions,
       (SELECT jsonb_agg(c ORDER BY c.id) FROM one_time_codes c WHERE c.address = u.email) AS codes,
       (SELECT jsonb_agg(m ORDER BY m.id) FROM outbox_messages m WHERE m.recipient = u.email) AS mails
     FROM users u WHERE id = ?`,
    [id],
  );
}

const NO_ID = '01890a5d-ac96-774b-bcce-b302099a8057';

interface Target {
  id: string;
  email: string;
}

async function withSession(target: Target): Promise<Target> {
  await loggedIn(gateway, target.email);
  return target;
}

async function inviteOf(role: string): Promise<Target> {
  const { email } = await signedUp(gateway);
  const text = 'UPDATE users SET role = ? WHERE email = ? RETURNING id, email';
  const [target] = await rows<Target & Record<string, unknown>>(gateway, text, [role, email]);
  return target as Target;
}

/** On whom the agent acts, and whether support may. */
const targets: Record<string, { isAllowed: boolean; create: () => Promise<Target> }> = {
  'an ordinary user': { isAllowed: true, create: async () => await withSession(await quickUser(gateway)) },
  'a user who is not verified': { isAllowed: true, create: () => inviteOf('user') },
  'another agent': { isAllowed: true, create: () => staffMember(gateway, 'support') },
  themselves: { isAllowed: true, create: async () => agent },
  'an admin': { isAllowed: false, create: () => staffMember(gateway, 'admin') },
  'an admin who is not verified yet': { isAllowed: false, create: () => inviteOf('admin') },
  'an admin who is disabled': {
    isAllowed: false,
    async create() {
      const target = await staffMember(gateway, 'admin');
      await rows(gateway, 'UPDATE users SET disabled_at = now() WHERE id = ? RETURNING id', [target.id]);
      return target;
    },
  },
};

/** The mutations of staff, by the least role that they need. */
const mutations = Object.entries(operations.Mutation).flatMap(([name, row]) =>
  row?.who === 'staff' ? [{ name, least: row.least }] : [],
);
const helps = mutations.filter(({ least }) => least === 'support').map(({ name }) => name);
const acts = mutations.filter(({ least }) => least === 'admin').map(({ name }) => name);

/** Calls a mutation on an account, or on a session of it, as the agent. */
async function call(field: string, { id, email }: Target) {
  const [session] = await rows<{ id: string }>(gateway, 'SELECT id FROM sessions WHERE user_id = ? LIMIT 1', [id]);
  const sessionId = session?.id ?? NO_ID;
  const hasInput = mutationInputs.some(([name]) => name === field);
  const text = hasInput ? documentOf(field) : (documents[field] ?? '');
  const input = hasInput ? requiredInput(field, { userId: id, email, sessionId, role: 'admin', reason: 'OTHER' }) : {};
  const answer = await gateway.send(text, { input }, ask);
  const { code } = Object.values(answer.data ?? {})[0] as { code?: string };
  return { answer, code, isAimless: field === 'adminEndSession' && session === undefined };
}

it('the table says what support is for', () => {
  expect(helps.toSorted()).toEqual([
    'adminEndSession',
    'adminEndUserSessions',
    'adminResendVerification',
    'adminSendPasswordReset',
    'adminUnlockUser',
  ]);
});

describe.each(Object.entries(targets))('an agent who acts on %s', (_who, { isAllowed, create }) => {
  it.each(acts)('%s is forbidden, audited, and changes nothing', async (field) => {
    const target = await create();
    const before = await everythingOf(target.id);
    const { answer, code } = await call(field, target);
    expect(code).toBe('FORBIDDEN');
    expect(await eventsOfRequest(gateway, answer)).toMatchObject([
      { type: 'ACCESS_DENIED', success: false, actor_id: agent.id, metadata: { rule: 'isAdmin', operation: field } },
    ]);
    expect(await everythingOf(target.id)).toEqual(before);
  });

  it.each(helps)(`%s is ${isAllowed ? 'allowed' : 'forbidden'}, and audited`, async (field) => {
    const target = await create();
    const before = await everythingOf(target.id);
    gateway.clock.advance(61); // beyond the cool-down of mails
    const { answer, code, isAimless } = await call(field, target);
    const events = await eventsOfRequest(gateway, answer);
    const facts = { by: 'support', reason: 'OTHER' };
    if (isAllowed) {
      expect(code).not.toBe('FORBIDDEN');
      expect(events).toMatchObject(isAimless ? [] : [{ actor_id: agent.id, user_id: target.id, metadata: facts }]);
      return;
    }
    expect(code).toBe(isAimless ? 'NOT_FOUND' : 'FORBIDDEN');
    const refusal = {
      success: false,
      actor_id: agent.id,
      user_id: target.id,
      metadata: { ...facts, problem: 'FORBIDDEN' },
    };
    expect(events).toMatchObject(isAimless ? [] : [refusal]);
    expect(await everythingOf(target.id)).toEqual(before);
  });

  it('the details are read, and the reading is recorded', async () => {
    const target = await create();
    const answer = await gateway.ask(AdminUserDocument, { id: target.id }, ask);
    expect(answer.data.adminUser?.email).toBe(target.email);
    expect(await eventsOfRequest(gateway, answer)).toMatchObject([
      { type: 'ADMIN_READ', actor_id: agent.id, user_id: target.id },
    ]);
  });
});

describe('what an agent could reach by another way', () => {
  const get = (url: string) => gateway.inject({ url, headers: { authorization: `Bearer ${agent.token}` } });

  it.each(['users.csv', 'users.ndjson', 'audit-events.csv', 'audit-events.ndjson'])('no export %s', async (file) => {
    const text = "SELECT success, metadata FROM audit_events WHERE type = 'ADMIN_EXPORT' AND actor_id = ?";
    const refused = await get(`/admin/export/${file}?role=user`);
    expect([refused.statusCode, refused.json().code]).toEqual([403, 'FORBIDDEN']);
    expect(await rows(gateway, text, [agent.id])).toMatchObject([
      { success: false, metadata: { reason: 'FORBIDDEN' } },
    ]);
  });

  it('no schema, by the IDE or by introspection', async () => {
    expect((await get('/ide/schema.json')).statusCode).toBe(403);
    expect((await gateway.send('{ __schema { types { name } } }', {}, ask)).status).toBe(400);
  });

  it('no secret, in any list, whatever the filter', async () => {
    const { email } = await quickUser(gateway);
    const { code, token } = await mailedTo(gateway, email);
    const lists = `{
      adminMails(first: 100) { nodes { id mail recipient status lastError } }
      adminAuditEvents(first: 100) { nodes { type attributes { name value } } }
      adminStatus { parts { name detail } changedSettings { name value secret } }
    }`;
    const { body, errors } = await gateway.send(lists, {}, ask);
    expect(errors).toEqual([]);
    const hashes = await rows<{ text: string }>(
      gateway,
      "SELECT password_hash AS text FROM users UNION SELECT encode(secret_hash, 'hex') FROM sessions",
    );
    for (const text of [...hashes.map((row) => row.text), token, `"${code}"`]) expect(body).not.toContain(text);
    expect(body).not.toMatch(/postgres(?:ql)?:|argon2|"value":"[A-Za-z0-9_-]{40,}"/);
    // A hash or a code is no text that a search finds.
    const [user] = await rows<{ password_hash: string }>(gateway, 'SELECT password_hash FROM users WHERE email = ?', [
      email,
    ]);
    const found = await gateway.ask(
      AdminUsersDocument,
      { filter: { text: user?.password_hash.slice(0, 40) ?? '' } },
      ask,
    );
    expect(found.data.adminUsers.nodes).toEqual([]);
  });
});
