import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  LoginDocument,
  MeDocument,
  UpdateProfileDocument,
  type UpdateProfileInput,
} from '../../generated/operations.js';
import { accountOf, atOnce, faults, rows } from '../../support/accounts.js';
import { sharedGateway, type TestGateway, testGateway } from '../../support/app.js';
import { eventsOf, signedInUser } from '../../support/email-change.js';
import { expectType, PASSWORD } from '../../support/journey.js';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await sharedGateway();
});
afterAll(() => gateway.close());

const newName = () => `Name-${randomBytes(5).toString('hex')}`;
const update = async (token: string | undefined, input: UpdateProfileInput, on = gateway) =>
  (await on.ask(UpdateProfileDocument, { input }, token === undefined ? {} : { token })).data.updateProfile;
const profileEvents = async (id: string, on = gateway) =>
  (await eventsOf(on, id)).filter(({ type }) => type === 'PROFILE_UPDATE');

describe('updateProfile', () => {
  it('changes what is given, clears what is null, and leaves the rest', async () => {
    const username = newName();
    const user = await signedInUser(gateway, { displayName: 'Ada', username, locale: 'en', timezone: 'Europe/Vienna' });
    const first = expectType(
      await update(user.accessToken, { displayName: 'Augusta', locale: 'DE-at' }),
      'ProfileUpdated',
    );
    expect(first.user).toMatchObject({ displayName: 'Augusta', locale: 'de-AT', username, timezone: 'Europe/Vienna' });
    const second = expectType(
      await update(user.accessToken, { displayName: null, locale: null, timezone: null, username: null }),
      'ProfileUpdated',
    );
    expect(second.user).toMatchObject({ displayName: null, locale: null, timezone: null, username: null });
    expect(second.user).toMatchObject({ id: user.id, email: user.email });
    expect((await gateway.ask(MeDocument, {}, { token: user.accessToken })).data.me).toEqual(second.user);
    const events = await profileEvents(user.id);
    expect(events.map(({ metadata }) => metadata)).toEqual([
      { fields: 'displayName, locale' },
      { fields: 'displayName, username, locale, timezone' },
    ]);
    expect(events[0]).toMatchObject({ success: true, risk_level: 'LOW', actor_id: user.id });
    expect(JSON.stringify(events)).not.toMatch(/Augusta|Ada|de-AT|Vienna/);
  });

  it('with nothing new writes nothing', async () => {
    const user = await signedInUser(gateway, { displayName: 'Ada' });
    const before = await accountOf(gateway, user.email);
    expectType(await update(user.accessToken, {}), 'ProfileUpdated');
    expectType(await update(user.accessToken, { displayName: 'Ada', username: null }), 'ProfileUpdated');
    expect(await accountOf(gateway, user.email)).toEqual(before);
    expect(await profileEvents(user.id)).toEqual([]);
  });

  it('a new username signs in, and the old one is free', async () => {
    const [first, second] = [newName(), newName()];
    const user = await signedInUser(gateway, { username: first });
    expectType(await update(user.accessToken, { username: second }), 'ProfileUpdated');
    const login = async (identifier: string) =>
      (await gateway.ask(LoginDocument, { input: { identifier, password: PASSWORD } })).data.login;
    expectType(await login(second.toUpperCase()), 'LoginSuccess');
    expectType(await login(first), 'InvalidCredentialsProblem');
    const other = await signedInUser(gateway);
    expectType(await update(other.accessToken, { username: first }), 'ProfileUpdated');
  });

  it('asks for a sign-in', async () => {
    expect(expectType(await update(undefined, { displayName: 'x' }), 'AuthAccessProblem').code).toBe('UNAUTHENTICATED');
  });

  it('a session that ended in the meantime changes nothing', async () => {
    const user = await signedInUser(gateway);
    // As it is in the moment before the guard hears of it.
    await rows(gateway, 'UPDATE users SET disabled_at = now() WHERE id = ?', [user.id]);
    expect(expectType(await update(user.accessToken, { displayName: 'x' }), 'AuthAccessProblem').code).toBe(
      'UNAUTHENTICATED',
    );
    expect((await accountOf(gateway, user.email))?.displayName).toBeNull();
  });

  it.each([
    ['displayName', 'a\u0000b', 'characters'],
    ['displayName', 'a\u202Eb', 'characters'],
    ['displayName', '   ', 'blank'],
    ['displayName', 'x'.repeat(101), 'too_long'],
    ['username', 'qz', 'username'],
    ['username', 'a@b.c', 'username'],
    ['locale', 'not a language', 'locale'],
    ['timezone', 'Mars/Olympus', 'timezone'],
  ])('G10: refuses %s %j', async (field, value, rule) => {
    const user = await signedInUser(gateway);
    const refused = expectType(await update(user.accessToken, { [field]: value }), 'AuthInputProblem');
    expect(refused.fields).toMatchObject([{ path: ['input', field], rule }]);
    expect(JSON.stringify(refused)).not.toContain(JSON.stringify(value).slice(1, -1));
  });
});

describe('V1: usernames are unique whatever their case', () => {
  it("another's is refused, and noted without its name", async () => {
    const username = newName();
    await signedInUser(gateway, { username });
    const user = await signedInUser(gateway);
    for (const taken of [username, username.toUpperCase(), username.toLowerCase()]) {
      const refused = expectType(await update(user.accessToken, { username: taken }), 'IdentifierTakenProblem');
      expect(refused.code).toBe('USERNAME_TAKEN');
    }
    expect((await accountOf(gateway, user.email))?.username).toBeNull();
    const events = await profileEvents(user.id);
    expect(events).toHaveLength(3);
    for (const event of events) expect(event).toMatchObject({ success: false, metadata: { reason: 'USERNAME_TAKEN' } });
  });

  it('the own one may change its case', async () => {
    const username = newName();
    const user = await signedInUser(gateway, { username });
    const { user: changed } = expectType(
      await update(user.accessToken, { username: username.toUpperCase() }),
      'ProfileUpdated',
    );
    expect(changed.username).toBe(username.toUpperCase());
  });

  it('of ten users who take one at once, one gets it', async () => {
    const users = await atOnce(10, () => signedInUser(gateway));
    const username = newName();
    const answers = await atOnce(10, (index) =>
      update(users[index]?.accessToken ?? '', { username: index % 2 === 0 ? username : username.toUpperCase() }),
    );
    const names = answers.map(({ __typename }) => __typename).sort();
    expect(names).toEqual([...Array(9).fill('IdentifierTakenProblem'), 'ProfileUpdated']);
    const taken = await rows(gateway, 'SELECT id FROM users WHERE username_key = ?', [username.toLowerCase()]);
    expect(taken).toHaveLength(1);
    expect(faults(gateway)).toEqual([]);
  });

  it('where one is required it cannot be cleared', async () => {
    const strict = await testGateway({ env: { USERNAME_REQUIRED: 'true' } });
    const user = await signedInUser(strict, { username: newName() });
    const refused = expectType(await update(user.accessToken, { username: null }, strict), 'AuthInputProblem');
    expect(refused.fields).toMatchObject([{ path: ['input', 'username'], rule: 'required' }]);
    expectType(await update(user.accessToken, { displayName: 'Ada' }, strict), 'ProfileUpdated');
  });
});

it('X1: thirty changes an hour', async () => {
  const limited = await testGateway({ env: { RATE_LIMITS: 'on' } });
  const user = await signedInUser(limited);
  for (let count = 0; count < 30; count += 1) {
    expectType(await update(user.accessToken, { displayName: `n${count}` }, limited), 'ProfileUpdated');
  }
  expectType(await update(user.accessToken, { displayName: 'last' }, limited), 'AuthRateLimitProblem');
});
