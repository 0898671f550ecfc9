import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { OPERATOR } from '../../../src/services/admin/administrator.js';
import { changeUser } from '../../../src/services/admin/change-user.js';
import {
  LogoutDocument,
  MeDocument,
  RefreshDocument,
  RevokeOtherSessionsDocument,
  RevokeSessionDocument,
  VerifyEmailDocument,
  VerifyEmailWithTokenDocument,
} from '../../generated/operations.js';
import { commandContext, faults, mailedTo, quickUser, signedUp } from '../../support/accounts.js';
import { type TestGateway, testGateway } from '../../support/app.js';
import { expectType, loggedIn } from '../../support/journey.js';

const isAlive = async (gateway: TestGateway, token: string) =>
  (await gateway.ask(MeDocument, {}, { token })).data?.me != null;

/** Milliseconds until the token is refused. */
async function timeUntilRefused(gateway: TestGateway, token: string): Promise<number> {
  const started = performance.now();
  while (await isAlive(gateway, token)) {
    if (performance.now() - started > 5_000) break;
    await sleep(10);
  }
  return performance.now() - started;
}

describe('A5: a session that ends at one gateway ends at the other within a second', () => {
  it('by logout, revocation, reuse and disabling', async () => {
    const here = await testGateway();
    const there = await testGateway({ replicaOf: here });
    const { email } = await quickUser(here);
    const sessions = [];
    for (let count = 0; count < 6; count += 1) sessions.push(await loggedIn(here, email));
    const [byLogout, byId, byReuse, byOthers, keeper] = sessions as [(typeof sessions)[0], ...typeof sessions] & {
      4: (typeof sessions)[0];
    };
    for (const { accessToken } of sessions) expect(await isAlive(there, accessToken)).toBe(true);

    await here.ask(LogoutDocument, {}, { token: byLogout?.accessToken });
    expect(await timeUntilRefused(there, byLogout.accessToken)).toBeLessThan(1_000);

    await here.ask(RevokeSessionDocument, { id: byId?.session.id ?? '' }, { token: keeper?.accessToken });
    expect(await timeUntilRefused(there, byId?.accessToken ?? '')).toBeLessThan(1_000);

    let refreshToken = byReuse?.refreshToken ?? '';
    for (let round = 0; round < 2; round += 1) {
      const { data } = await here.ask(RefreshDocument, { input: { refreshToken } });
      refreshToken = expectType(data.refresh, 'RefreshSuccess').tokens.refreshToken ?? '';
    }
    here.clock.advance(11);
    await here.ask(RefreshDocument, { input: { refreshToken: byReuse?.refreshToken } });
    expect(await timeUntilRefused(there, byReuse?.accessToken ?? '')).toBeLessThan(1_000);

    await here.ask(RevokeOtherSessionsDocument, {}, { token: keeper?.accessToken });
    expect(await timeUntilRefused(there, byOthers?.accessToken ?? '')).toBeLessThan(1_000);
    expect(await isAlive(there, keeper?.accessToken ?? '')).toBe(true);

    await changeUser(commandContext(here), OPERATOR, { email }, { disabled: true });
    expect(await timeUntilRefused(there, keeper?.accessToken ?? '')).toBeLessThan(1_000);
  });

  it('a gateway that starts later knows of it from the beginning', async () => {
    const here = await testGateway();
    const { accessToken } = await loggedIn(here, (await quickUser(here)).email);
    await here.ask(LogoutDocument, {}, { token: accessToken });
    const late = await testGateway({ replicaOf: here });
    expect(await isAlive(late, accessToken)).toBe(false);
  });

  it('refreshes of one token at both give one successor', async () => {
    const here = await testGateway();
    const there = await testGateway({ replicaOf: here });
    const { refreshToken } = await loggedIn(here, (await quickUser(here)).email);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 === 0 ? here : there).ask(RefreshDocument, { input: { refreshToken } }),
      ),
    );
    const next = answers.map(({ data }) => expectType(data.refresh, 'RefreshSuccess').tokens.refreshToken);
    expect(new Set(next).size).toBe(1);
  });
});

describe('K2: a new SECRET_KEY', () => {
  const [first, second] = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')];

  it('with the one before beside it signs nobody out and kills no code', async () => {
    const before = await testGateway({ env: { SECRET_KEY: first } });
    const { accessToken, refreshToken } = await loggedIn(before, (await quickUser(before)).email);
    const [byCode, byLink] = [await signedUp(before), await signedUp(before)];
    const { code } = await mailedTo(before, byCode.email);
    const { token } = await mailedTo(before, byLink.email);

    const env = { SECRET_KEY: second, SECRET_KEY_PREVIOUS: first };
    const after = await testGateway({ replicaOf: before, env });
    expect(await isAlive(after, accessToken)).toBe(true);
    const { data } = await after.ask(RefreshDocument, { input: { refreshToken } });
    const renewed = expectType(data.refresh, 'RefreshSuccess').tokens;
    expect(await isAlive(before, renewed.accessToken)).toBe(true);
    const verified = await after.ask(VerifyEmailDocument, { input: { email: byCode.email, code } });
    expectType(verified.data.verifyEmail, 'EmailVerified');
    const linked = await after.ask(VerifyEmailWithTokenDocument, { input: { token } });
    expectType(linked.data.verifyEmailWithToken, 'EmailVerified');
  });

  it('without it ends codes and refresh tokens, and is no fault anywhere', async () => {
    const before = await testGateway({ env: { SECRET_KEY: first } });
    const user = await quickUser(before);
    const { accessToken, refreshToken } = await loggedIn(before, user.email);
    const { email } = await signedUp(before);
    const { code } = await mailedTo(before, email);

    const after = await testGateway({ replicaOf: before, env: { SECRET_KEY: second } });
    expect(await isAlive(after, accessToken)).toBe(true);
    const refreshed = await after.ask(RefreshDocument, { input: { refreshToken } });
    expectType(refreshed.data.refresh, 'RefreshRejectedProblem');
    const verified = await after.ask(VerifyEmailDocument, { input: { email, code } });
    expect(expectType(verified.data.verifyEmail, 'CodeProblem').attemptsLeft).toBe(4);
    const anew = await loggedIn(after, user.email);
    expect(await isAlive(after, anew.accessToken)).toBe(true);
    expect(faults(after)).toEqual([]);
  });
});

it('A5: an ended session stays ended after a restart with a shorter life of access tokens', async () => {
  const before = await testGateway();
  const { email } = await quickUser(before);
  const [ended, kept] = [await loggedIn(before, email), await loggedIn(before, email)];
  await before.ask(LogoutDocument, {}, { token: ended.accessToken });
  before.clock.advance(180);
  const after = await testGateway({ replicaOf: before, env: { ACCESS_TOKEN_TTL: '30s' } });
  expect(await isAlive(after, ended.accessToken)).toBe(false);
  // It was given for longer than tokens live now; a refresh gives one that was not.
  expect(await isAlive(after, kept.accessToken)).toBe(false);
  const input = { refreshToken: kept.refreshToken };
  const { data } = await after.ask(RefreshDocument, { input });
  const { tokens } = expectType(data.refresh, 'RefreshSuccess');
  expect(await isAlive(after, tokens.accessToken)).toBe(true);
  // A replica that still gives longer ones knows what ended, and for as long as they live.
  expect(await isAlive(before, ended.accessToken)).toBe(false);
  expect(faults(after)).toEqual([]);
});
