import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATOR } from '../../../src/services/admin/administrator.js';
import { changeUser, type UserChange } from '../../../src/services/admin/change-user.js';
import { createFirstAdmin } from '../../../src/services/admin/create-first-admin.js';
import { purge } from '../../../src/services/maintenance/purge.js';
import {
  ChangePasswordDocument,
  ConfirmTotpDocument,
  DeleteAccountDocument,
  EnrolTotpDocument,
  LoginDocument,
  LogoutDocument,
  MeDocument,
  ReauthenticateDocument,
  RefreshDocument,
  RequestEmailChangeDocument,
  RequestPasswordResetDocument,
  ResetPasswordDocument,
  UpdateProfileDocument,
} from '../../generated/operations.js';
import {
  accountOf,
  atOnce,
  commandContext,
  faults,
  mailedTo,
  masked,
  quickUser,
  rows,
  signedUp,
} from '../../support/accounts.js';
import { databaseText } from '../../support/all-data.js';
import { type Ask, sharedGateway, type TestGateway, testGateway } from '../../support/app.js';
import { FROM, fromThere } from '../../support/audit.js';
import { mailsTo, moveTo, revertChange, signedInUser, wayBackOf } from '../../support/email-change.js';
import { expectType, loggedIn, newEmail, PASSWORD } from '../../support/journey.js';
import { appCode, challengeOf, complete, enrolled, twoFactorUser } from '../../support/totp.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await sharedGateway();
});
afterAll(() => gateway.close());

const NEXT_PASSWORD = 'Patient-Otter-9-Lantern';

async function deletion(token: string, input: { password?: string; code?: string } = {}, ask: Ask = {}) {
  const given = { password: PASSWORD, ...input };
  return await gateway.ask(DeleteAccountDocument, { input: given }, { ...ask, token });
}
const remove = async (token: string, input: { password?: string; code?: string } = {}) =>
  (await deletion(token, input)).data.deleteAccount;
const login = async (identifier: string, password = PASSWORD, ask: Ask = {}) =>
  await gateway.ask(LoginDocument, { input: { identifier, password, tokenDelivery: 'BODY' } }, ask);
const refreshed = async (refreshToken: string) =>
  (await gateway.ask(RefreshDocument, { input: { refreshToken } })).data.refresh;
async function meCode(at: TestGateway, token: string) {
  return (await at.ask(MeDocument, {}, { token })).errors[0]?.extensions.code;
}

/** An account that has something in every place where something may be. */
async function fullAccount() {
  const username = `robin-${newEmail().slice(5, 17)}`;
  const user = await twoFactorUser(gateway, { username, displayName: 'Robin Unmistakable', locale: 'de-AT' });
  const token = user.accessToken;
  await gateway.ask(EnrolTotpDocument, {}, { token });
  await gateway.ask(RequestEmailChangeDocument, { input: { newEmail: `new-${user.email}` } }, { token });
  await gateway.ask(RequestPasswordResetDocument, { input: { email: user.email } });
  await challengeOf(gateway, user.email, fromThere());
  await login(user.email, 'Wrong-Horse-7-Staple');
  return { ...user, username };
}

/** Holds what the statement locks, until it is released; others are known to wait for it. */
async function held(statement: string, values: unknown[] = []) {
  const client = new pg.Client({ connectionString: gateway.database.url });
  await client.connect();
  await client.query('BEGIN');
  await client.query(statement, values);
  return {
    async release() {
      await client.query('ROLLBACK');
      await client.end();
    },
  };
}
async function untilWaiting(count: number) {
  const text = `SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  const waiting = async () => (await rows<{ count: number }>(gateway, text))[0]?.count;
  await expect.poll(waiting, { timeout: 5_000 }).toBe(count);
}

describe('V3: an account is deleted', () => {
  it('by whoever is signed in and knows its password; login, refresh and tokens are refused, here and elsewhere', async () => {
    const { email, id } = await quickUser(gateway);
    const { accessToken, refreshToken } = await loggedIn(gateway, email);
    const other = await loggedIn(gateway, email);
    const replica = await testGateway({ replicaOf: gateway });
    expect(await remove(accessToken)).toEqual({ __typename: 'AccountDeleted', userId: id });

    const refused = await login(email);
    const unknown = await login(newEmail());
    expect(masked(refused.body)).toBe(masked(unknown.body));
    for (const token of [refreshToken, other.refreshToken]) {
      expectType(await refreshed(token), 'RefreshRejectedProblem');
    }
    const started = await testGateway({ replicaOf: gateway });
    for (const token of [accessToken, other.accessToken]) {
      for (const at of [gateway, replica, started]) {
        await expect.poll(() => meCode(at, token), { timeout: 1_000 }).toBe('UNAUTHENTICATED');
      }
    }
  });

  it('and other subgraphs are told that there is none', async () => {
    const { email, id } = await quickUser(gateway);
    const { accessToken } = await loggedIn(gateway, email);
    const query = `query($id: ID!) { _entities(representations: [{ __typename: "User", id: $id }]) { __typename } }`;
    expect((await gateway.send(query, { id })).data).toEqual({ _entities: [{ __typename: 'User' }] });
    await remove(accessToken);
    expect((await gateway.send(query, { id })).data).toEqual({ _entities: [null] });
  });

  it('and nothing that tells of a person stays, in any table', async () => {
    const user = await fullAccount();
    const owned = await rows<{ table: string }>(
      gateway,
      `SELECT conrelid::regclass::text AS "table" FROM pg_constraint WHERE confrelid = 'users'::regclass`,
    );
    const ofUser = async () =>
      await Promise.all(
        owned.map(
          async ({ table }) => (await rows(gateway, `SELECT * FROM ${table} WHERE user_id = ?`, [user.id])).length,
        ),
      );
    expect((await ofUser()).filter((count) => count > 0).length).toBeGreaterThan(4);
    expectType(await remove(user.accessToken, { code: appCode(gateway, user.secret, 1) }), 'AccountDeleted');

    const left = await ofUser();
    expect(owned.filter((_, index) => left[index] !== 0)).toEqual([{ table: 'sessions' }]);
    const kept = 'SELECT device_name, browser, ip_address, city, revoked_at FROM sessions WHERE user_id = ?';
    for (const { revoked_at, ...client } of await rows(gateway, kept, [user.id])) {
      expect(revoked_at).not.toBeNull();
      expect(Object.values(client).filter((value) => value !== null)).toEqual([]);
    }
    // The mail that tells of it is the last one that needs the address; the purge takes it in its time.
    await rows(gateway, "DELETE FROM outbox_messages WHERE recipient LIKE ? AND status = 'PENDING'", [
      `%${user.email}`,
    ]);
    const text = await databaseText(gateway.database.url);
    for (const trace of [user.email, user.username, 'Robin Unmistakable']) expect(text).not.toContain(trace);
  });

  it('nor an earlier password, nor one that waits to be looked up', async () => {
    const own = await testGateway({ env: { BREACH_CHECK: 'on' } });
    const { email, id } = await quickUser(own);
    const { accessToken: token } = await loggedIn(own, email);
    const change = { input: { currentPassword: PASSWORD, newPassword: NEXT_PASSWORD } };
    const changed = await own.ask(ChangePasswordDocument, change, { token });
    const { tokens } = expectType(changed.data.changePassword, 'PasswordChanged');
    const kept = async (table: string) => (await rows(own, `SELECT 1 FROM ${table} WHERE user_id = ?`, [id])).length;
    const tables = ['password_history', 'password_checks'];
    expect(await Promise.all(tables.map(kept))).toEqual([1, 1]);
    const ask = { token: tokens.accessToken };
    const { data } = await own.ask(DeleteAccountDocument, { input: { password: NEXT_PASSWORD } }, ask);
    expectType(data.deleteAccount, 'AccountDeleted');
    expect(await Promise.all(tables.map(kept))).toEqual([0, 0]);
  });

  it('its row goes when no access token can name it any more, and the audit log keeps what happened', async () => {
    const own = await testGateway();
    const { email, id } = await quickUser(own);
    const { accessToken } = await loggedIn(own, email);
    const { data } = await own.ask(DeleteAccountDocument, { input: { password: PASSWORD } }, { token: accessToken });
    expectType(data.deleteAccount, 'AccountDeleted');
    const found = async () => (await rows(own, 'SELECT 1 FROM users WHERE id = ?', [id])).length;
    await purge(commandContext(own));
    expect(await found()).toBe(1);
    own.clock.advance(own.dependencies.settings.accessTokenTtl + 3_601);
    expect(await purge(commandContext(own))).toMatchObject({ 'deleted accounts': 1 });
    expect(await found()).toBe(0);
    const events = 'SELECT type FROM audit_events WHERE user_id = ? ORDER BY created_at DESC LIMIT 1';
    expect(await rows(own, events, [id])).toEqual([{ type: 'ACCOUNT_DELETE' }]);
  });

  it('its address and username are free at once, for a new account', async () => {
    const username = `free-${newEmail().slice(5, 17)}`;
    const first = await quickUser(gateway, { username });
    await remove((await loggedIn(gateway, username)).accessToken);
    const second = await quickUser(gateway, { email: first.email, username });
    expect(second.id).not.toBe(first.id);
    expect((await loggedIn(gateway, username)).user.id).toBe(second.id);
  });

  it('mails that were sent about it go too, from wherever they went', async () => {
    const { email, id, accessToken } = await signedInUser(gateway, { displayName: 'Robin Unmistakable' });
    const next = newEmail();
    await gateway.ask(RequestEmailChangeDocument, { input: { newEmail: next } }, { token: accessToken });
    await rows(gateway, "UPDATE outbox_messages SET status = 'SENT' WHERE recipient IN (?, ?)", [email, next]);
    expect(await mailsTo(gateway, next)).toEqual(['change-email']);
    expectType(await remove(accessToken), 'AccountDeleted');
    expect(await rows(gateway, 'SELECT 1 FROM users WHERE id = ?', [id])).toHaveLength(1);
    expect([await mailsTo(gateway, email), await mailsTo(gateway, next)]).toEqual([['account-deleted'], []]);
  });

  it('an address that could have taken it back is told as well', async () => {
    const user = await signedInUser(gateway, { displayName: 'Robin', locale: 'de' });
    const next = newEmail();
    await moveTo(gateway, user, next);
    const back = await wayBackOf(gateway, user.email);
    expectType(await remove(user.accessToken), 'AccountDeleted');
    const told = "SELECT locale, variables FROM outbox_messages WHERE recipient = ? AND mail = 'account-deleted'";
    const variables = expect.objectContaining({ displayName: 'Robin', occurredAt: expect.any(String) });
    for (const email of [user.email, next])
      expect(await rows(gateway, told, [email])).toEqual([{ locale: 'de', variables }]);
    expectType(await revertChange(gateway, back), 'TokenProblem');
  });

  it('the way back of somebody who had the address before stays', async () => {
    const earlier = await signedInUser(gateway);
    await moveTo(gateway, earlier, newEmail());
    const back = await wayBackOf(gateway, earlier.email);
    const later = await signedInUser(gateway, { email: earlier.email });
    expectType(await revertChange(gateway, back), 'AuthConflictProblem');
    expectType(await remove(later.accessToken), 'AccountDeleted');
    expectType(await revertChange(gateway, back), 'EmailChangeReverted');
    expect((await accountOf(gateway, earlier.email))?.id).toBe(earlier.id);
  });

  it('its codes and links open nothing any more, nor does a second step that was begun', async () => {
    const user = await fullAccount();
    const reset = await mailedTo(gateway, user.email, 'RESET_PASSWORD');
    const challenge = await challengeOf(gateway, user.email);
    await remove(user.accessToken, { code: user.recoveryCodes[0] });
    const input = { resetToken: reset.token, newPassword: NEXT_PASSWORD };
    expectType((await gateway.ask(ResetPasswordDocument, { input })).data.resetPassword, 'TokenProblem');
    expectType(await complete(gateway, challenge, user.recoveryCodes[1] ?? ''), 'CodeProblem');
  });

  it('its owner is told by mail, in the language of the account', async () => {
    const { email } = await quickUser(gateway, { displayName: 'Robin', locale: 'de' });
    await remove((await loggedIn(gateway, email)).accessToken);
    const mails =
      "SELECT mail, locale, variables FROM outbox_messages WHERE recipient = ? AND status = 'PENDING' AND mail LIKE 'account-%'";
    const variables = expect.objectContaining({ displayName: 'Robin', occurredAt: expect.any(String) });
    expect(await rows(gateway, mails, [email])).toEqual([{ mail: 'account-deleted', locale: 'de', variables }]);
  });

  it('a browser loses its cookie', async () => {
    const { email } = await quickUser(gateway);
    const signedIn = await gateway.ask(LoginDocument, { input: { identifier: email, password: PASSWORD } });
    const token = expectType(signedIn.data.login, 'LoginSuccess').tokens.accessToken;
    const cookie = signedIn.cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
    const answer = await deletion(token, {}, { cookie, headers: { origin: 'http://localhost:4000' } });
    expectType(answer.data.deleteAccount, 'AccountDeleted');
    expect(answer.cookies).toMatchObject([{ name: 'gatehouse-refresh', value: '', expires: new Date(0) }]);
  });
});

describe('AD2: the last admin stays', () => {
  async function admins(count: number): Promise<{ own: TestGateway; tokens: string[]; ids: string[] }> {
    const own = await testGateway();
    const users = await Promise.all(Array.from({ length: count }, () => signedInUser(own)));
    await rows(own, "UPDATE users SET role = 'admin'");
    return { own, tokens: users.map(({ accessToken }) => accessToken), ids: users.map(({ id }) => id) };
  }
  const emailsOf = async (own: TestGateway, ids: string[]) => {
    const found = await rows(own, 'SELECT email FROM users ORDER BY array_position(?::uuid[], id)', [`{${ids}}`]);
    return found.map(({ email }) => String(email));
  };
  const removeAt = async (own: TestGateway, token = '') =>
    (await own.ask(DeleteAccountDocument, { input: { password: PASSWORD } }, { token })).data.deleteAccount;

  it('until there is another one who can sign in', async () => {
    const { own, tokens, ids } = await admins(2);
    await rows(own, 'UPDATE users SET disabled_at = now() WHERE id = ?', [ids[1]]);
    expect(await removeAt(own, tokens[0])).toMatchObject({ __typename: 'AuthConflictProblem', code: 'CONFLICT' });
    const refused = "SELECT metadata FROM audit_events WHERE user_id = ? AND type = 'ACCOUNT_DELETE'";
    expect(await rows(own, refused, [ids[0]])).toEqual([{ metadata: { reason: 'CONFLICT' } }]);
    await rows(own, 'UPDATE users SET disabled_at = NULL');
    expectType(await removeAt(own, tokens[0]), 'AccountDeleted');
  });

  it('of all who go at once', async () => {
    const { own, tokens } = await admins(4);
    const results = await Promise.all(tokens.map((token) => removeAt(own, token)));
    expect(results.map(({ __typename }) => __typename).sort()).toEqual([
      ...Array(3).fill('AccountDeleted'),
      'AuthConflictProblem',
    ]);
  });

  it('whichever way the command would take one away', async () => {
    const { own, ids } = await admins(2);
    const [first = '', second = ''] = await emailsOf(own, ids);
    const change = (email: string, wanted: UserChange) => changeUser(commandContext(own), OPERATOR, { email }, wanted);
    expect(await change(first, { disabled: true })).toMatchObject({ kind: 'user-acted' });
    for (const wanted of [{ disabled: true }, { role: 'user' }]) {
      expect(await change(second, wanted)).toMatchObject({ code: 'CONFLICT' });
    }
    expect(await change(second, { role: 'admin' })).toMatchObject({ kind: 'user-acted' });
    expect(await change(first, { role: 'user' })).toMatchObject({ kind: 'user-acted' });
  });

  it('of all who are disabled, demoted and deleted at once', async () => {
    const { own, tokens, ids } = await admins(6);
    const emails = await emailsOf(own, ids);
    await Promise.all([
      ...tokens.slice(0, 2).map((token) => removeAt(own, token)),
      ...emails.slice(2, 4).map((email) => changeUser(commandContext(own), OPERATOR, { email }, { disabled: true })),
      ...emails.slice(4).map((email) => changeUser(commandContext(own), OPERATOR, { email }, { role: 'user' })),
    ]);
    const left = "SELECT id FROM users WHERE role = 'admin' AND disabled_at IS NULL";
    expect(await rows(own, left)).toHaveLength(1);
  });

  it('and one who is gone is not in the way of a first one', async () => {
    const { own, tokens, ids } = await admins(2);
    expectType(await removeAt(own, tokens[0]), 'AccountDeleted');
    await rows(own, "UPDATE users SET role = 'user' WHERE id = ?", [ids[1]]);
    const made = await createFirstAdmin(commandContext(own), { email: newEmail(), password: PASSWORD });
    expect(made.kind).toBe('admin-created');
  });
});

describe('S4: deleting asks for proof', () => {
  it('a sign-in that is not old; a refresh is none', async () => {
    const own = await testGateway();
    const { email } = await quickUser(own);
    const { accessToken, refreshToken } = await loggedIn(own, email);
    const ask = async (token: string) =>
      (await own.ask(DeleteAccountDocument, { input: { password: PASSWORD } }, { token })).data.deleteAccount;
    own.clock.advance(own.dependencies.settings.reauthenticationTtl + 1);
    expect(await ask(accessToken)).toMatchObject({ code: 'REAUTHENTICATION_REQUIRED' });
    const next = await own.ask(RefreshDocument, { input: { refreshToken } });
    const { tokens } = expectType(next.data.refresh, 'RefreshSuccess');
    expect(await ask(tokens.accessToken)).toMatchObject({ code: 'REAUTHENTICATION_REQUIRED' });
    const input = { password: PASSWORD };
    const proven = await own.ask(ReauthenticateDocument, { input }, { token: tokens.accessToken });
    const { tokens: fresh } = expectType(proven.data.reauthenticate, 'Reauthenticated');
    expectType(await ask(fresh.accessToken), 'AccountDeleted');
  });

  it('L1: the password, whose wrong tries count', async () => {
    const { email, id } = await quickUser(gateway);
    const { accessToken } = await loggedIn(gateway, email);
    const tries = await atOnce(20, (index) => remove(accessToken, { password: `Wrong-Horse-${index}-Staple` }));
    expect(tries.filter(({ __typename }) => __typename === 'InvalidCredentialsProblem')).toHaveLength(5);
    expectType(await remove(accessToken), 'AccountLockedProblem');
    expect((await accountOf(gateway, email))?.id).toBe(id);
    const events =
      "SELECT DISTINCT success, risk_level, metadata FROM audit_events WHERE user_id = ? AND type = 'ACCOUNT_DELETE'";
    expect(await rows(gateway, events, [id])).toEqual(
      expect.arrayContaining([{ success: false, risk_level: 'HIGH', metadata: { reason: 'INVALID_CREDENTIALS' } }]),
    );
  });

  it('T3: the second factor where it is on, once', async () => {
    const { email, secret, accessToken } = await twoFactorUser(gateway);
    expect(await remove(accessToken)).toMatchObject({ __typename: 'CodeProblem', code: 'TWO_FACTOR_CODE_INVALID' });
    expectType(await remove(accessToken, { code: appCode(gateway, secret) }), 'CodeProblem');
    expectType(await remove(accessToken, { code: '12345' }), 'CodeProblem');
    expect(await accountOf(gateway, email)).not.toBeNull();
    expectType(await remove(accessToken, { code: appCode(gateway, secret, 1) }), 'AccountDeleted');
  });

  it('U1: and is written down with who asked from where', async () => {
    const { email, id } = await quickUser(gateway);
    const { accessToken } = await loggedIn(gateway, email);
    await deletion(accessToken, {}, fromThere());
    const event =
      "SELECT success, actor_id, ip_address, metadata FROM audit_events WHERE user_id = ? AND type = 'ACCOUNT_DELETE'";
    expect(await rows(gateway, event, [id])).toEqual([
      { success: true, actor_id: id, ip_address: FROM.address, metadata: { endedSessions: 1 } },
    ]);
  });
});

describe('R1: a deletion beside everything else', () => {
  it('of many at once one deletes, and nobody is written to at the name that it leaves', async () => {
    const { email } = await quickUser(gateway);
    const { accessToken } = await loggedIn(gateway, email);
    const results = await atOnce(16, () => remove(accessToken));
    const deleted = results.filter(({ __typename }) => __typename === 'AccountDeleted');
    expect(deleted).toHaveLength(1);
    const mails = "SELECT 1 FROM outbox_messages WHERE recipient = ? AND mail = 'account-deleted'";
    expect(await rows(gateway, mails, [email])).toHaveLength(1);
    const astray = "SELECT mail FROM outbox_messages WHERE recipient LIKE '%@deleted.invalid'";
    expect(await rows(gateway, astray)).toEqual([]);
  });

  it.each<[string, (user: { id: string; token: string }) => Promise<unknown>]>([
    ['its session ended', ({ token }) => gateway.ask(LogoutDocument, {}, { token })],
    [
      'its password was renewed',
      ({ id }) => rows(gateway, "UPDATE users SET password_hash = password_hash || '=' WHERE id = ?", [id]),
    ],
  ])('nothing is deleted where, after the proof, %s', async (_name, meanwhile) => {
    const { email, id, accessToken: token } = await signedInUser(gateway);
    const holder = await held('SELECT 1 FROM one_time_codes WHERE user_id = $1 FOR UPDATE', [id]);
    const removing = remove(token);
    await untilWaiting(1);
    await meanwhile({ id, token });
    await holder.release();
    expect(await removing).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await accountOf(gateway, email)).toMatchObject({ id, disabledAt: null, deletedAt: null });
    expect(await mailsTo(gateway, email)).not.toContain('account-deleted');
  });

  it('a factor that is being confirmed is waited for, and never in a circle', async () => {
    const { id, accessToken: token } = await signedInUser(gateway);
    const secret = await enrolled(gateway, token);
    const holder = await held('SELECT 1 FROM totp_credentials WHERE user_id = $1 FOR UPDATE', [id]);
    const confirming = gateway.ask(ConfirmTotpDocument, { input: { code: appCode(gateway, secret) } }, { token });
    await untilWaiting(1);
    const removing = remove(token);
    await untilWaiting(2);
    await holder.release();
    expectType((await confirming).data.confirmTotp, 'RecoveryCodes');
    expectType(await removing, 'AccountDeleted');
  });

  it('a second step that is being completed is waited for, and never in a circle', async () => {
    const user = await twoFactorUser(gateway);
    const challenge = await challengeOf(gateway, user.email);
    // Both have proven what they need, and the deletion is about to empty the row.
    const holder = await held('SELECT 1 FROM users WHERE id = $1 FOR KEY SHARE', [user.id]);
    const removing = remove(user.accessToken, { code: user.recoveryCodes[0] });
    await untilWaiting(1);
    const completing = complete(gateway, challenge, user.recoveryCodes[1] ?? '');
    await untilWaiting(2);
    await holder.release();
    expectType(await removing, 'AccountDeleted');
    expect(await completing).toMatchObject({ code: 'CHALLENGE_EXPIRED' });
  });

  it.each<[string, string, (user: { email: string; token: string; next: string }) => Promise<unknown>]>([
    ['a sign-in', 'known_devices', async ({ email }) => await login(email, PASSWORD, fromThere())],
    [
      'a request for a reset',
      'outbox_messages',
      async ({ email }) => await gateway.ask(RequestPasswordResetDocument, { input: { email } }),
    ],
    [
      'a request for another address',
      'outbox_messages',
      async ({ token, next: newAddress }) =>
        await gateway.ask(RequestEmailChangeDocument, { input: { newEmail: newAddress } }, { token }),
    ],
  ])('the codes and links of %s that was under way go with it', async (_name, table, ask) => {
    const { email, id, accessToken: token } = await signedInUser(gateway);
    const next = newEmail();
    const holder = await held(`LOCK TABLE ${table} IN SHARE ROW EXCLUSIVE MODE`);
    const other = ask({ email, token, next });
    await untilWaiting(1);
    const removing = remove(token);
    await untilWaiting(2);
    await holder.release();
    expect(await other).toMatchObject({ errors: [] });
    expectType(await removing, 'AccountDeleted');
    expect(await rows(gateway, 'SELECT purpose FROM one_time_codes WHERE user_id = ?', [id])).toEqual([]);
    const waiting =
      "SELECT mail FROM outbox_messages WHERE recipient IN (?, ?) AND status = 'PENDING' AND code_id IS NOT NULL";
    expect(await rows(gateway, waiting, [email, next])).toEqual([]);
  });

  it('no order of it and another operation leaves a session, a fault or a trace', async () => {
    const before = faults(gateway).length;
    const others: ((user: {
      email: string;
      token: string;
      refreshToken: string;
      secret: string;
    }) => Promise<unknown>)[] = [
      ({ email }) => login(email),
      ({ refreshToken }) => refreshed(refreshToken),
      ({ token }) => gateway.ask(UpdateProfileDocument, { input: { displayName: 'Robin Trace' } }, { token }),
      ({ token }) => gateway.ask(RequestEmailChangeDocument, { input: { newEmail: newEmail() } }, { token }),
      ({ email }) => gateway.ask(RequestPasswordResetDocument, { input: { email } }),
      ({ token, secret }) => gateway.ask(ConfirmTotpDocument, { input: { code: appCode(gateway, secret) } }, { token }),
      ({ token }) => gateway.ask(EnrolTotpDocument, {}, { token }),
      ({ token }) => gateway.ask(ReauthenticateDocument, { input: { password: PASSWORD } }, { token }),
      ({ email }) => signedUp(gateway, { email }),
      ({ token }) =>
        gateway.ask(
          ChangePasswordDocument,
          { input: { currentPassword: PASSWORD, newPassword: NEXT_PASSWORD } },
          { token },
        ),
    ];
    const outcomes = await Promise.all(
      [...others, ...others].map(async (other, index) => {
        const { email, id } = await quickUser(gateway);
        const { accessToken: token, refreshToken } = await loggedIn(gateway, email);
        const user = { email, token, refreshToken, secret: await enrolled(gateway, token) };
        const [removed] = await Promise.all(
          index < others.length ? [remove(token), other(user)] : [other(user).then(() => remove(token)), other(user)],
        );
        return { id, result: removed as Awaited<ReturnType<typeof remove>> };
      }),
    );
    const gone = outcomes.filter(({ result }) => result.__typename === 'AccountDeleted');
    expect(gone.length).toBeGreaterThan(others.length / 2);
    for (const { id } of gone) {
      const live = 'SELECT 1 FROM sessions WHERE user_id = ? AND revoked_at IS NULL';
      expect(await rows(gateway, live, [id])).toEqual([]);
      const shell = 'SELECT display_name, pending_email, email FROM users WHERE id = ?';
      const email = expect.stringMatching(/@deleted\.invalid$/);
      expect(await rows(gateway, shell, [id])).toEqual([{ display_name: null, pending_email: null, email }]);
    }
    expect(faults(gateway).slice(before)).toEqual([]);
  });
});
