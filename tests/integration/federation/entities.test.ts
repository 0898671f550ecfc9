import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { User } from '../../../src/entities/user.js';
import { quickUser } from '../../support/accounts.js';
import { type Ask, sharedGateway, type TestGateway } from '../../support/app.js';
import { loggedIn } from '../../support/journey.js';

const ENTITIES = `query ($representations: [_Any!]!) {
  _entities(representations: $representations) {
    __typename
    ... on User {
      id displayName email username role emailVerified emailVerifiedAt locale timezone
      termsAcceptedAt privacyPolicyAcceptedAt passwordChangedAt createdAt
      sessions { totalCount nodes { id ipAddress } }
    }
    ... on AuthSession { sessionId: id deviceType browser ipAddress isCurrent }
  }
}`;

interface Somebody {
  id: string;
  email: string;
  sessionId: string;
  token: string;
}

type Entity = Record<string, unknown> | null;

let gateway: TestGateway;
let ada: Somebody;
let bob: Somebody;

async function somebody(displayName: string): Promise<Somebody> {
  const { id, email } = await quickUser(gateway, { displayName, locale: 'en', timezone: 'Europe/Vienna' });
  const login = await loggedIn(gateway, email);
  return { id, email, sessionId: login.session.id, token: login.accessToken };
}

async function entities(representations: unknown[], ask: Ask = {}) {
  const answer = await gateway.send(ENTITIES, { representations }, ask);
  return { ...answer, entities: (answer.data?._entities ?? null) as Entity[] | null };
}

const user = (id: unknown) => ({ __typename: 'User', id });
const session = (id: unknown) => ({ __typename: 'AuthSession', id });

/** How many statements that read a table are run meanwhile. */
async function countQueries(table: string, work: () => Promise<unknown>): Promise<number> {
  const spy = vi.spyOn(pg.Client.prototype, 'query');
  try {
    await work();
    const texts = spy.mock.calls.map(([query]) =>
      typeof query === 'string' ? query : (query as { text: string }).text,
    );
    return texts.filter((text) => new RegExp(`from "?${table}\\b`, 'i').test(text)).length;
  } finally {
    spy.mockRestore();
  }
}

beforeAll(async () => {
  // Without a worker, whose purge reads the same tables.
  gateway = await sharedGateway();
  [ada, bob] = await Promise.all([somebody('Ada'), somebody('Bob')]);
});
afterAll(() => gateway.close());

describe('User', () => {
  it('shows strangers the id and the display name, and nothing else', async () => {
    const answer = await entities([user(ada.id)]);
    expect(answer.errors).toEqual([]);
    const { __typename, id, displayName, ...hidden } = answer.entities?.[0] ?? {};
    expect({ __typename, id, displayName }).toEqual({ __typename: 'User', id: ada.id, displayName: 'Ada' });
    expect(Object.keys(hidden).length).toBeGreaterThan(10);
    expect(Object.values(hidden).filter((value) => value !== null)).toEqual([]);
  });

  it('hides nothing from the user, and nothing less from another one', async () => {
    const { entities: found } = await entities([user(ada.id), user(bob.id)], { token: ada.token });
    expect(found?.[0]).toMatchObject({ id: ada.id, email: ada.email, emailVerified: true, timezone: 'Europe/Vienna' });
    expect(found?.[0]).toMatchObject({ sessions: { totalCount: 1, nodes: [{ id: ada.sessionId }] } });
    expect(found?.[1]).toMatchObject({ id: bob.id, displayName: 'Bob', email: null, role: null, sessions: null });
  });

  it.each([
    ['made up', 'made-up'],
    ['of an unknown issuer', 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl'],
  ])('treats who holds a token that is %s as a stranger', async (_how, token) => {
    const { entities: found, errors } = await entities([user(ada.id)], { token });
    expect(errors).toEqual([]);
    expect(found?.[0]).toMatchObject({ id: ada.id, displayName: 'Ada', email: null, sessions: null });
  });

  it('hides the user from a token of a session that has ended', async () => {
    const { email, id } = await quickUser(gateway, { displayName: 'Eve' });
    const { accessToken: token } = await loggedIn(gateway, email);
    await gateway.send('mutation { logout { __typename } }', {}, { token });
    const { entities: found } = await entities([user(id)], { token });
    expect(found?.[0]).toMatchObject({ id, displayName: 'Eve', email: null });
  });

  it('shows admins everything', async () => {
    const { email, id } = await quickUser(gateway);
    await gateway.dependencies.orm.em.fork().nativeUpdate(User, { id }, { role: 'admin' });
    const { accessToken: token } = await loggedIn(gateway, email);
    const { entities: found } = await entities([user(ada.id)], { token });
    expect(found?.[0]).toMatchObject({ email: ada.email, sessions: { totalCount: 1 } });
  });
});

describe('AuthSession', () => {
  it('answers to its own user alone', async () => {
    const asked = [session(bob.sessionId), session(ada.sessionId), session(randomUUID())];
    const own = await entities(asked, { token: ada.token });
    expect(own.errors).toEqual([]);
    expect(own.entities).toEqual([null, expect.objectContaining({ sessionId: ada.sessionId, isCurrent: true }), null]);
    const stranger = await entities(asked);
    expect(stranger.entities).toEqual([null, null, null]);
  });

  it('is gone once it has ended', async () => {
    const { accessToken: token, session: first } = await loggedIn(gateway, ada.email);
    const { session: second, accessToken } = await loggedIn(gateway, ada.email);
    await gateway.send('mutation { logout { __typename } }', {}, { token: accessToken });
    const { entities: found } = await entities([session(second.id), session(first.id)], { token });
    expect(found).toEqual([null, expect.objectContaining({ sessionId: first.id })]);
    await gateway.send('mutation { logout { __typename } }', {}, { token });
  });
});

describe('representations', () => {
  it('answers null for what is missing, malformed or foreign, in the order that was asked for', async () => {
    const odd = [
      randomUUID(),
      'no-id',
      '',
      7,
      null,
      undefined,
      ['x'],
      { id: ada.id },
      `${ada.id}'--`,
      '\u0000',
      'x'.repeat(5_000),
    ];
    const representations = odd.flatMap((id) => [user(id), user(ada.id), session(id)]);
    const answer = await entities([...representations, user(bob.id)]);
    expect(answer.status).toBe(200);
    expect(answer.errors).toEqual([]);
    const ids = answer.entities?.map((entity) => entity?.id ?? null);
    expect(ids).toEqual([...odd.flatMap(() => [null, ada.id, null]), bob.id]);
  });

  it('knows an id in capitals', async () => {
    const { entities: found } = await entities([user(ada.id.toUpperCase())]);
    expect(found).toEqual([expect.objectContaining({ id: ada.id })]);
  });

  it('reads any number of users in one query, and any number of sessions in another', async () => {
    const now = new Date();
    const ids = Array.from({ length: 50 }, () => randomUUID());
    await gateway.dependencies.orm.em.fork().insertMany(
      User,
      ids.map((id) => ({
        id,
        email: `${id}@example.com`,
        displayName: id,
        role: 'user',
        passwordHash: '-',
        passwordChangedAt: now,
        createdAt: now,
        updatedAt: now,
      })),
    );
    const count = await countQueries('users', async () => {
      const { entities: found } = await entities([...ids, ...ids].map(user));
      expect(found?.map((entity) => entity?.displayName)).toEqual([...ids, ...ids]);
    });
    expect(count).toBe(1);
    const sessions = [ada.sessionId, ...ids].map(session);
    expect(await countQueries('sessions', () => entities(sessions, { token: ada.token }))).toBe(1);
  });

  it('reads the sessions of 200 copies of a user by one statement, and their number by another', async () => {
    const copies = Array.from({ length: 200 }, () => user(ada.id));
    const count = await countQueries('sessions', async () => {
      const { errors, entities: found } = await entities(copies, { token: ada.token });
      expect(errors).toEqual([]);
      expect(new Set(found?.map((entity) => JSON.stringify(entity?.sessions))).size).toBe(1);
      expect(found?.[199]).toMatchObject({ sessions: { totalCount: 1, nodes: [{ id: ada.sessionId }] } });
    });
    expect(count).toBe(2);
  });

  it('counts sessions only where their number is asked for, and reads equal pages once', async () => {
    const text = '{ me { sessions(first: 5) { nodes { id } } } mySessions(first: 5) { edges { cursor } } }';
    expect(await countQueries('sessions', () => gateway.send(text, {}, { token: ada.token }))).toBe(1);
  });

  it('reads the sessions of many users by one statement for an admin', async () => {
    const { email, id } = await quickUser(gateway);
    await gateway.dependencies.orm.em.fork().nativeUpdate(User, { id }, { role: 'admin' });
    const { accessToken: token } = await loggedIn(gateway, email);
    const count = await countQueries('sessions', async () => {
      const { entities: found } = await entities([user(ada.id), user(bob.id), user(id)], { token });
      expect(found?.[0]).toMatchObject({ sessions: { nodes: [{ id: ada.sessionId }] } });
      expect(found?.[1]).toMatchObject({ sessions: { nodes: [{ id: bob.sessionId }] } });
    });
    expect(count).toBe(2);
  });

  it('reads anew below each mutation of one request', async () => {
    const { email } = await quickUser(gateway);
    const { accessToken: token } = await loggedIn(gateway, email);
    await loggedIn(gateway, email);
    const text = `mutation {
      updateProfile(input: {}) { ... on ProfileUpdated { user { ...f } } }
      revokeOtherSessions { __typename }
      again: updateProfile(input: {}) { ... on ProfileUpdated { user { ...f } } }
    }
    fragment f on User { sessions { totalCount nodes { id } } }`;
    const { data, errors } = await gateway.send(text, {}, { token });
    expect(errors).toEqual([]);
    expect(data?.updateProfile).toMatchObject({ user: { sessions: { totalCount: 2 } } });
    expect(data?.again).toMatchObject({ user: { sessions: { totalCount: 1 } } });
  });

  it('refuses more than 200 before it reads any', async () => {
    const many = (count: number) => Array.from({ length: count }, () => user(randomUUID()));
    expect((await entities(many(200))).errors).toEqual([]);
    const queries = await countQueries('users', async () => {
      const answer = await entities(many(201));
      expect(answer.status).toBe(200);
      expect(answer.data).toBeNull();
      expect(answer.errors).toMatchObject([{ path: ['_entities'], extensions: { code: 'INPUT_INVALID' } }]);
    });
    expect(queries).toBe(0);
  });

  it.each([
    ['an unknown type', { __typename: 'Sesame', id: '1' }],
    ['a type that is no entity', { __typename: 'PageInfo', id: '1' }],
    ['a scalar', { __typename: 'DateTime', id: '1' }],
    ['a root type', { __typename: 'Query', id: '1' }],
    ['an interface', { __typename: 'AuthProblem', id: '1' }],
    ['a name that every object has', { __typename: 'constructor', id: '1' }],
    ['no type', { id: '1' }],
    ['a type that is no text', { __typename: ['User'], id: '1' }],
    ['a number', 7],
    ['a text', 'User'],
    ['a list', []],
  ])('refuses %s, without naming any type', async (_what, representation) => {
    const lines = gateway.logLines.length;
    const answer = await entities([user(ada.id), representation]);
    expect(answer.status).toBe(200);
    expect(answer.data).toBeNull();
    expect(answer.errors).toMatchObject([
      {
        message: 'Some input values are not acceptable.',
        extensions: {
          code: 'INPUT_INVALID',
          fields: [{ path: ['representations', '1', '__typename'], rule: 'entity' }],
        },
      },
    ]);
    expect(answer.body).not.toMatch(/Sesame|PageInfo|DateTime|AuthProblem|AuthSession/);
    expect(gateway.logLines.slice(lines).filter((line) => line.includes('"level":50'))).toEqual([]);
  });
});
