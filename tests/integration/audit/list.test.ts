import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LoginDocument, MyAuditEventsDocument } from '../../generated/operations.js';
import { accountOf, atOnce, faults, quickUser, rows } from '../../support/accounts.js';
import { sharedGateway, type TestGateway } from '../../support/app.js';
import { FROM, fromThere } from '../../support/audit.js';
import { signedInUser } from '../../support/email-change.js';
import { loggedIn, newEmail, PASSWORD } from '../../support/journey.js';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await sharedGateway();
});
afterAll(() => gateway.close());

type Variables = { first?: number | null; after?: string | null };
const page = (token: string, variables: Variables = {}) => gateway.ask(MyAuditEventsDocument, variables, { token });
const nodes = async (token: string, variables: Variables = { first: 100 }) =>
  (await page(token, variables)).data.myAuditEvents.edges.map(({ node }) => node);

const INSERT = `
  INSERT INTO audit_events (id, type, success, risk_level, actor_id, user_id, ip_address, user_agent, request_id, metadata,
    created_at)
  SELECT gen_random_uuid(), 'LOGIN', true, 'LOW', ?, ?, '192.0.2.1', 'somewhere', 'test', '{}', ?::timestamptz
  FROM generate_series(1, ?)`;

describe('myAuditEvents', () => {
  it('shows what happened to the own account, newest first, with where it came from', async () => {
    const { email, id } = await quickUser(gateway);
    await gateway.ask(LoginDocument, { input: { identifier: email, password: 'Wrong-Horse-7-Staple' } }, fromThere());
    const { accessToken, session } = await loggedIn(gateway, email, { ask: fromThere() });
    const events = await nodes(accessToken);
    expect(events.slice(0, 2)).toMatchObject([
      { type: 'LOGIN', success: true, riskLevel: 'LOW', actorId: id, userId: id, ipAddress: FROM.address },
      { type: 'LOGIN', success: false, riskLevel: 'MEDIUM', actorId: null, userId: id, userAgent: FROM.userAgent },
    ]);
    expect(JSON.parse(events[0]?.metadata ?? '')).toMatchObject({ sessionId: session.id });
    expect(events.slice(2).map(({ type, metadata }) => [type, metadata])).toEqual([
      ['EMAIL_VERIFICATION', '{"passwordDropped":false}'],
      ['SIGN_UP', null],
    ]);
    const times = events.map(({ createdAt }) => new Date(createdAt).getTime());
    expect(times).toEqual(times.toSorted((one, other) => other - one));
    for (const { requestId } of events) expect(requestId).toMatch(/^[\w-]{36}$/);
  });

  it('V2: shows nothing of anybody else', async () => {
    const [one, other] = [await signedInUser(gateway), await signedInUser(gateway)];
    for (const { userId, actorId } of await nodes(one.accessToken)) expect([userId, actorId]).not.toContain(other.id);
    for (const { userId } of await nodes(other.accessToken)) expect(userId).toBe(other.id);
    const { errors, data } = await gateway.ask(MyAuditEventsDocument, {});
    expect([errors[0]?.extensions.code, data]).toEqual(['UNAUTHENTICATED', null]);
  });

  it('V2: shows that an admin acted, and not from where', async () => {
    const [user, admin] = [await signedInUser(gateway), await signedInUser(gateway)];
    await rows(gateway, INSERT, [admin.id, user.id, gateway.clock.now(), 1]);
    const [seen] = await nodes(user.accessToken);
    expect(seen).toMatchObject({ actorId: admin.id, userId: user.id, ipAddress: null, userAgent: null });
    const [done] = await nodes(admin.accessToken);
    expect(done).toMatchObject({ id: seen?.id, ipAddress: '192.0.2.1', userAgent: 'somewhere' });
  });

  it('walks through 60 events without loss or repeat, many of them of one moment, whoever did them', async () => {
    const user = await signedInUser(gateway);
    const stranger = randomUUID();
    const moment = new Date(gateway.clock.now().getTime() - 3_600_000);
    await rows(gateway, INSERT, [user.id, user.id, moment, 20]);
    await rows(gateway, INSERT, [user.id, stranger, moment, 20]);
    await rows(gateway, INSERT, [stranger, user.id, moment, 17]);
    const seen: string[] = [];
    let after: string | null = null;
    for (let count = 0; count < 20; count += 1) {
      const answer: Awaited<ReturnType<typeof page>> = await page(user.accessToken, { first: 7, after });
      const { edges, nodes: plain, pageInfo } = answer.data.myAuditEvents;
      expect(pageInfo.hasPreviousPage).toBe(after !== null);
      expect(plain.map(({ id }) => id)).toEqual(edges.map(({ node }) => node.id));
      expect([pageInfo.startCursor, pageInfo.endCursor]).toEqual([edges[0]?.cursor, edges.at(-1)?.cursor]);
      seen.push(...plain.map(({ id }) => id));
      after = pageInfo.endCursor ?? null;
      if (!pageInfo.hasNextPage) break;
    }
    const own = await rows(gateway, 'SELECT id FROM audit_events WHERE user_id = ? OR actor_id = ?', [
      user.id,
      user.id,
    ]);
    expect(own).toHaveLength(60);
    expect(seen).toHaveLength(60);
    expect(new Set(seen)).toEqual(new Set(own.map(({ id }) => id)));
  });

  it('what is written meanwhile moves no page', async () => {
    const user = await signedInUser(gateway);
    const first = (await page(user.accessToken, { first: 1 })).data.myAuditEvents;
    const expected = (await nodes(user.accessToken))[1]?.id;
    await atOnce(3, () => loggedIn(gateway, user.email));
    const [second] = await nodes(user.accessToken, { first: 1, after: first.pageInfo.endCursor });
    expect(second?.id).toBe(expected);
  });

  it('twenty by default, a hundred at most', async () => {
    const user = await signedInUser(gateway);
    await rows(gateway, INSERT, [user.id, user.id, gateway.clock.now(), 120]);
    for (const variables of [{}, { first: null }]) expect(await nodes(user.accessToken, variables)).toHaveLength(20);
    expect(await nodes(user.accessToken, { first: 100 })).toHaveLength(100);
    for (const first of [0, -1, 101]) {
      const { errors } = await page(user.accessToken, { first });
      expect(errors[0]?.extensions).toMatchObject({
        code: 'INPUT_INVALID',
        fields: [{ path: ['first'], rule: 'range' }],
      });
    }
  });

  it('refuses a cursor of no list', async () => {
    const { accessToken } = await signedInUser(gateway);
    for (const after of ['', 'x', Buffer.from(`1e3_${randomUUID()}`).toString('base64url'), 'A'.repeat(9_000)]) {
      const { errors } = await page(accessToken, { after });
      expect(errors[0]?.extensions).toMatchObject({
        code: 'INPUT_INVALID',
        fields: [{ path: ['after'], rule: 'cursor' }],
      });
    }
    expect(faults(gateway)).toEqual([]);
  });
});

describe('U2: nobody forges an event', () => {
  it('control characters of a user agent are blanks', async () => {
    const { email } = await quickUser(gateway);
    const agent = 'Mozilla/5.0\r\n{"type":"LOGIN"}\u0000\u001b[2J\u0085end';
    const headers = { 'user-agent': agent };
    const { accessToken } = await loggedIn(gateway, email, { ask: { headers } });
    const [login] = await nodes(accessToken, { first: 1 });
    expect(login?.userAgent).toBe('Mozilla/5.0  {"type":"LOGIN"}  [2J end');
  });

  it('no secret and nothing that was typed is in an event', async () => {
    const canary = `canary-${randomUUID()}`;
    const email = `${canary}@example.com`;
    const password = `Aa1!${randomUUID()}-Zebra`;
    await gateway.ask(LoginDocument, { input: { identifier: canary, password, deviceName: canary } });
    const user = await quickUser(gateway, { email, password, displayName: canary, username: canary.slice(0, 30) });
    const input = { identifier: email, password, deviceName: canary, tokenDelivery: 'BODY' as const };
    const { body } = await gateway.ask(LoginDocument, { input });
    const { accessToken, refreshToken } = JSON.parse(body).data.login.tokens;
    const stored = JSON.stringify(await rows(gateway, 'SELECT * FROM audit_events'));
    const hash = (await accountOf(gateway, email))?.passwordHash ?? '';
    for (const secret of [canary, password, accessToken, refreshToken, user.exchangeToken, hash]) {
      expect(stored).not.toContain(secret);
    }
    expect(stored).toContain(user.id);
  });
});

it('U2: a name that does not exist leaves no trace of itself', async () => {
  const name = newEmail();
  const { headers } = await gateway.ask(LoginDocument, { input: { identifier: name, password: PASSWORD } });
  const found = await rows(gateway, 'SELECT * FROM audit_events WHERE request_id = ?', [headers['x-request-id']]);
  expect(found).toHaveLength(1);
  expect(JSON.stringify(found)).not.toContain(name);
});
