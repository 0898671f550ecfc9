import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { MeDocument } from '../../generated/operations.js';
import { atOnce, quickUser, rows } from '../../support/accounts.js';
import { type TestGateway, testGateway } from '../../support/app.js';
import { loggedIn } from '../../support/journey.js';

const kidOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid as string;
const isAlive = async (gateway: TestGateway, token: string) =>
  (await gateway.ask(MeDocument, {}, { token })).data?.me != null;
const keySet = async (gateway: TestGateway) => {
  const response = await gateway.inject({ url: '/.well-known/jwks.json' });
  return { response, kids: (response.json().keys as { kid: string }[]).map(({ kid }) => kid) };
};

describe('A6: the keys of access tokens', () => {
  it('are published without anything private, and may be kept for a while', async () => {
    const gateway = await testGateway();
    await loggedIn(gateway, (await quickUser(gateway)).email);
    const { response } = await keySet(gateway);
    const { keys } = response.json() as { keys: Record<string, unknown>[] };
    expect(keys).toHaveLength(1);
    expect(Object.keys(keys[0] ?? {}).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
    expect(response.headers['cache-control']).toMatch(/max-age=\d+/);
  });

  it('are stored with their private part sealed', async () => {
    const gateway = await testGateway();
    await loggedIn(gateway, (await quickUser(gateway)).email);
    const [row] = await rows(gateway, 'SELECT * FROM signing_keys');
    expect(JSON.stringify(row?.public_jwk)).not.toContain('"d"');
    expect(row?.sealed_private_jwk).not.toContain('{');
  });

  it('are one, however many logins come first', async () => {
    const gateway = await testGateway();
    const other = await testGateway({ replicaOf: gateway });
    const { email } = await quickUser(gateway);
    await rows(gateway, 'DELETE FROM signing_keys');
    const logins = await atOnce(12, (index) => loggedIn(index % 2 === 0 ? gateway : other, email));
    expect(new Set(logins.map(({ accessToken }) => kidOf(accessToken))).size).toBe(1);
    expect(await rows(gateway, 'SELECT count(*)::int AS n FROM signing_keys')).toEqual([{ n: 1 }]);
  });

  it('a new one is published before it signs; the old one verifies until its last token ends, and then leaves', async () => {
    const gateway = await testGateway();
    const other = await testGateway({ replicaOf: gateway });
    const { email } = await quickUser(gateway);
    const before = await loggedIn(gateway, email);
    const { id } = await gateway.dependencies.keyRing.rotate({ immediately: false });
    expect((await keySet(gateway)).kids).toEqual([kidOf(before.accessToken), id]);
    const waiting = await loggedIn(gateway, email);
    expect(kidOf(waiting.accessToken)).toBe(kidOf(before.accessToken));

    gateway.clock.advance(421);
    const after = await loggedIn(gateway, email);
    expect(kidOf(after.accessToken)).toBe(id);
    for (const token of [before.accessToken, after.accessToken]) {
      expect(await isAlive(gateway, token)).toBe(true);
      expect(await isAlive(other, token)).toBe(true);
    }

    gateway.clock.advance(900 + 60);
    expect((await keySet(gateway)).kids).toEqual([id]);
    expect(await isAlive(gateway, before.accessToken)).toBe(false);
  });

  it('one can be made to sign at once', async () => {
    const gateway = await testGateway();
    const { email } = await quickUser(gateway);
    const before = await loggedIn(gateway, email);
    const { id } = await gateway.dependencies.keyRing.rotate({ immediately: true });
    const after = await loggedIn(gateway, email);
    expect(kidOf(after.accessToken)).toBe(id);
    expect(await isAlive(gateway, before.accessToken)).toBe(true);
  });

  it.each(['ES256', 'EdDSA'])(
    '%s signs where it is set, and verifiers accept it by the published keys',
    async (alg) => {
      const gateway = await testGateway({ env: { JWT_ALGORITHM: alg } });
      const { accessToken } = await loggedIn(gateway, (await quickUser(gateway)).email);
      expect(await isAlive(gateway, accessToken)).toBe(true);
      const { response, kids } = await keySet(gateway);
      const { jwtAudience: audience, jwtIssuer: issuer } = gateway.dependencies.settings;
      const options = { audience, issuer, currentDate: gateway.clock.now(), typ: 'at+jwt', algorithms: [alg] };
      const keys = createLocalJWKSet(response.json() as JSONWebKeySet);
      const { protectedHeader } = await jwtVerify(accessToken, keys, options);
      expect(protectedHeader).toEqual({ alg, kid: kids[0], typ: 'at+jwt' });
      expect(response.json().keys[0]).not.toHaveProperty('d');
    },
  );
});
