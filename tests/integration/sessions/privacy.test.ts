import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MeDocument } from '../../generated/operations.js';
import { quickUser, rows } from '../../support/accounts.js';
import { type Ask, sharedGateway, type TestGateway } from '../../support/app.js';
import { loggedIn } from '../../support/journey.js';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await sharedGateway();
});
afterAll(() => gateway.close());

const ENTITIES = `query ($representations: [_Any!]!) {
  _entities(representations: $representations) {
    ... on User { id displayName email username role emailVerified emailVerifiedAt locale timezone termsAcceptedAt
      privacyPolicyAcceptedAt passwordChangedAt createdAt sessions { totalCount nodes { id ipAddress } } }
    ... on AuthSession { id deviceName ipAddress isCurrent }
  }
}`;
const signedIn = async (displayName: string) => {
  const { email, id } = await quickUser(gateway, { displayName });
  return { id, email, ...(await loggedIn(gateway, email)) };
};
const entities = async (representations: object[], ask: Ask = {}) =>
  (await gateway.send(ENTITIES, { representations }, ask)).data?._entities as (Record<string, unknown> | null)[];

describe('V2: what strangers see of a user', () => {
  it('is the id and the display name; a session is nothing', async () => {
    const [owner, stranger] = [await signedIn('Owner'), await signedIn('Stranger')];
    const representations = [
      { __typename: 'User', id: owner.id },
      { __typename: 'AuthSession', id: owner.session.id },
    ];
    for (const ask of [{ token: stranger.accessToken }, {}]) {
      const [user, session] = await entities(representations, ask);
      expect(session).toBeNull();
      const { id, displayName, ...others } = user ?? {};
      expect([id, displayName]).toEqual([owner.id, 'Owner']);
      expect(Object.keys(others)).toHaveLength(12);
      expect(Object.values(others).every((value) => value === null)).toBe(true);
    }
  });

  it('is everything for the owner and for an admin', async () => {
    const [owner, admin] = [await signedIn('Owner'), await signedIn('Admin')];
    await rows(gateway, "UPDATE users SET role = 'admin' WHERE id = ?", [admin.id]);
    const { accessToken } = await loggedIn(gateway, admin.email);
    for (const token of [owner.accessToken, accessToken]) {
      const [user] = await entities([{ __typename: 'User', id: owner.id }], { token });
      expect(user).toMatchObject({ email: owner.email, role: 'user', sessions: { totalCount: 1 } });
    }
  });

  it('is null for what does not exist, and never an error', async () => {
    const ids = [randomUUID(), 'x', '', "' OR 1=1--", 7, null];
    const found = await entities(ids.map((id) => ({ __typename: 'User', id })));
    expect(found).toEqual(ids.map(() => null));
  });
});

it('G9: a hundred questions of two users at once do not mix', async () => {
  const users = [await signedIn('One'), await signedIn('Two')];
  const answers = await Promise.all(
    Array.from({ length: 100 }, async (_, index) => {
      const user = users[index % 2];
      const { data } = await gateway.ask(MeDocument, {}, { token: user?.accessToken });
      return [data.me?.id, data.me?.email].join() === [user?.id, user?.email].join();
    }),
  );
  expect(answers.every(Boolean)).toBe(true);
});
