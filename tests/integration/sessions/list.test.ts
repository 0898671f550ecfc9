import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CurrentSessionDocument,
  MeDocument,
  MySessionsDocument,
  RevokeOtherSessionsDocument,
  RevokeSessionDocument,
} from '../../generated/operations.js';
import { atOnce, faults, quickUser, rows } from '../../support/accounts.js';
import { sharedGateway, type TestGateway } from '../../support/app.js';
import { expectType, loggedIn } from '../../support/journey.js';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await sharedGateway();
});
afterAll(() => gateway.close());

const page = (token: string, variables: { first?: number | null; after?: string | null } = {}) =>
  gateway.ask(MySessionsDocument, variables, { token });
const signedIn = async () => {
  const user = await quickUser(gateway);
  return { ...user, ...(await loggedIn(gateway, user.email)), userId: user.id };
};
const revoke = async (id: string, token?: string) =>
  (await gateway.ask(RevokeSessionDocument, { id }, { token })).data.revokeSession;

describe('mySessions', () => {
  it('walks through 25 sessions without loss or repeat, some of them of one moment', async () => {
    const { email } = await quickUser(gateway);
    const logins = await atOnce(25, () => loggedIn(gateway, email));
    const token = logins[0]?.accessToken ?? '';
    await rows(gateway, 'UPDATE sessions SET created_at = ? WHERE id IN (?, ?, ?)', [
      logins[3]?.session.createdAt,
      ...logins.slice(3, 6).map(({ session }) => session.id),
    ]);
    const seen: string[] = [];
    let after: string | null = null;
    for (let count = 0; count < 20; count += 1) {
      const answer: Awaited<ReturnType<typeof page>> = await page(token, { first: 2, after });
      const { mySessions } = answer.data;
      expect(mySessions.totalCount).toBe(25);
      expect(mySessions.pageInfo.hasPreviousPage).toBe(after !== null);
      expect(mySessions.nodes.map(({ id }) => id)).toEqual(mySessions.edges.map(({ node }) => node.id));
      expect(mySessions.pageInfo.startCursor).toBe(mySessions.edges[0]?.cursor);
      seen.push(...mySessions.nodes.map(({ id }) => id));
      after = mySessions.pageInfo.endCursor ?? null;
      if (!mySessions.pageInfo.hasNextPage) break;
    }
    expect(seen).toHaveLength(25);
    expect(new Set(seen)).toEqual(new Set(logins.map(({ session }) => session.id)));
  });

  it('a session that ends meanwhile moves no page', async () => {
    const { email } = await quickUser(gateway);
    const logins = [];
    for (let count = 0; count < 5; count += 1) logins.push(await loggedIn(gateway, email));
    const token = logins[0]?.accessToken ?? '';
    const first = (await page(token, { first: 2 })).data.mySessions;
    await revoke(first.nodes[1]?.id ?? '', token);
    const second = (await page(token, { first: 2, after: first.pageInfo.endCursor })).data.mySessions;
    expect(second.nodes.map(({ id }) => id)).toEqual([logins[2]?.session.id, logins[1]?.session.id]);
    expect(second.totalCount).toBe(4);
  });

  it('twenty by default, and the present one is marked', async () => {
    const { email } = await quickUser(gateway);
    const logins = await atOnce(21, () => loggedIn(gateway, email));
    for (const variables of [{}, { first: null }]) {
      const { mySessions } = (await page(logins[20]?.accessToken ?? '', variables)).data;
      expect(mySessions.nodes).toHaveLength(20);
      expect(mySessions.pageInfo.hasNextPage).toBe(true);
    }
    const { mySessions } = (await page(logins[4]?.accessToken ?? '', { first: 100 })).data;
    const current = mySessions.edges.filter(({ node }) => node.isCurrent).map(({ node }) => node.id);
    expect(current).toEqual([logins[4]?.session.id]);
  });

  it.each([0, -1, 101, 2_147_483_647])('first: %d is refused', async (first) => {
    const { accessToken } = await signedIn();
    const { errors } = await page(accessToken, { first });
    expect(errors[0]?.extensions).toMatchObject({
      code: 'INPUT_INVALID',
      fields: [{ path: ['first'], rule: 'range' }],
    });
  });

  it('a cursor of no list is refused, one past the end gives nothing', async () => {
    const { accessToken } = await signedIn();
    const made = (text: string) => Buffer.from(text).toString('base64url');
    for (const after of [
      '',
      'x',
      '\u0000',
      made('1_2'),
      made(`-1_${randomUUID()}`),
      made(`1e3_${randomUUID()}`),
      made(`99999999999999_${randomUUID()}`),
      'A'.repeat(9_000),
    ]) {
      const { errors } = await page(accessToken, { after });
      expect(errors[0]?.extensions).toMatchObject({
        code: 'INPUT_INVALID',
        fields: [{ path: ['after'], rule: 'cursor' }],
      });
    }
    expect((await page(accessToken, { after: made(`0_${randomUUID()}`) })).data.mySessions.nodes).toEqual([]);
    const far = await page(accessToken, { after: made(`9999999999999_${randomUUID()}`) });
    expect(far.data.mySessions.nodes).toHaveLength(1);
    expect(faults(gateway)).toEqual([]);
  });

  it('shows live sessions alone', async () => {
    const { email, accessToken, session } = await signedIn();
    const ended = await loggedIn(gateway, email);
    const idle = await loggedIn(gateway, email);
    await revoke(ended.session.id, accessToken);
    await rows(gateway, "UPDATE sessions SET expires_at = now() - interval '1 minute' WHERE id = ?", [idle.session.id]);
    const { mySessions } = (await page(accessToken)).data;
    expect([mySessions.totalCount, mySessions.nodes.map(({ id }) => id)]).toEqual([1, [session.id]]);
  });
});

describe('S2: users end their own sessions', () => {
  it('one of them', async () => {
    const { email, accessToken } = await signedIn();
    const other = await loggedIn(gateway, email);
    expect(expectType(await revoke(other.session.id, accessToken), 'SessionRevoked').sessionId).toBe(other.session.id);
    const me = await gateway.ask(MeDocument, {}, { token: other.accessToken });
    expect(me.errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
    expectType(await revoke(other.session.id, accessToken), 'AuthNotFoundProblem');
  });

  it('in any spelling of its id', async () => {
    const { email, accessToken } = await signedIn();
    const { session } = await loggedIn(gateway, email);
    expectType(await revoke(session.id.toUpperCase(), accessToken), 'SessionRevoked');
  });

  it("another's, an unknown and a malformed one answer alike and end nothing", async () => {
    const [one, other] = [await signedIn(), await signedIn()];
    const answers = [];
    for (const id of [other.session.id, randomUUID(), 'x', '', '\u0000', "' OR 1=1--", 'x'.repeat(5_000), '{}']) {
      answers.push(JSON.stringify(expectType(await revoke(id, one.accessToken), 'AuthNotFoundProblem')));
    }
    expect(new Set(answers).size).toBe(1);
    expect((await gateway.ask(MeDocument, {}, { token: other.accessToken })).data.me?.id).toBe(other.userId);
    expectType(await revoke(one.session.id), 'AuthAccessProblem');
    expect(faults(gateway)).toEqual([]);
  });

  it('all but the present one', async () => {
    const { email, accessToken, session } = await signedIn();
    const stranger = await signedIn();
    await atOnce(4, () => loggedIn(gateway, email));
    const { data } = await gateway.ask(RevokeOtherSessionsDocument, {}, { token: accessToken });
    expect(expectType(data.revokeOtherSessions, 'SessionsRevoked').count).toBe(4);
    expect((await page(accessToken)).data.mySessions.nodes).toEqual([{ id: session.id }]);
    const current = await gateway.ask(CurrentSessionDocument, {}, { token: accessToken });
    expect(current.data.currentSession).toMatchObject({ id: session.id, isCurrent: true });
    expect((await page(stranger.accessToken)).data.mySessions.totalCount).toBe(1);
  });
});
