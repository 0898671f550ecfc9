import { createHmac, randomUUID } from 'node:crypto';
import { exportJWK, exportSPKI, generateKeyPair, importJWK, type JWK, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LogoutDocument, MeDocument } from '../../generated/operations.js';
import { faults, quickUser } from '../../support/accounts.js';
import { sharedGateway, type TestGateway } from '../../support/app.js';
import { loggedIn } from '../../support/journey.js';

let gateway: TestGateway;
let genuine: { accessToken: string; claims: JWTPayload; kid: string };

const decode = (part: string | undefined) => JSON.parse(Buffer.from(part ?? '', 'base64url').toString());
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

beforeAll(async () => {
  gateway = await sharedGateway();
  const { accessToken } = await loggedIn(gateway, (await quickUser(gateway)).email);
  const [header, payload] = accessToken.split('.');
  genuine = { accessToken, claims: decode(payload), kid: decode(header).kid };
});
afterAll(() => gateway.close());

const me = async (token: string) => {
  const { status, data, errors } = await gateway.ask(MeDocument, {}, { token });
  return data?.me == null ? `${status} ${errors[0]?.extensions.code}` : 'accepted';
};
const REFUSED = '200 UNAUTHENTICATED';

/** Signs with the gateway's own key, so that nothing but the change can be the reason. */
async function signed(claims: JWTPayload, header: Record<string, unknown> = {}): Promise<string> {
  const { id, privateKey } = await gateway.dependencies.keyRing.active();
  const crit = Array.isArray(header.crit) ? Object.fromEntries(header.crit.map((name) => [name, true])) : undefined;
  return await new SignJWT(claims)
    .setProtectedHeader({ alg: 'ES256', kid: id, typ: 'at+jwt', ...header })
    .sign(privateKey, { crit });
}

function unsigned(header: unknown, signature = ''): string {
  return `${encode(header)}.${encode(genuine.claims)}.${signature}`;
}

it('a token that is made as ours are is accepted, so that each refusal below has its own reason', async () => {
  expect(await me(genuine.accessToken)).toBe('accepted');
  expect(await me(await signed({ ...genuine.claims, jti: randomUUID() }))).toBe('accepted');
});

it('A7: it says nothing personal', () => {
  expect(Object.keys(genuine.claims).sort()).toEqual(
    ['amr', 'aud', 'auth_time', 'exp', 'gen', 'iat', 'iss', 'jti', 'role', 'scope', 'sid', 'sub'].sort(),
  );
  expect((genuine.claims.exp ?? 0) - (genuine.claims.iat ?? 0)).toBe(900);
});

describe('A1: one algorithm for a key', () => {
  it.each(['none', 'NONE', 'None', 'nOnE', ''])('not alg %j', async (alg) => {
    for (const kid of [genuine.kid, undefined]) {
      expect(await me(unsigned({ alg, kid, typ: 'at+jwt' }))).toBe(REFUSED);
      expect(await me(unsigned({ alg, kid, typ: 'at+jwt' }, genuine.accessToken.split('.')[2]))).toBe(REFUSED);
    }
  });

  it('not HS256 with the public key as its secret', async () => {
    const key = await gateway.dependencies.keyRing.find(genuine.kid);
    const jwk = key?.jwk as JWK;
    const pem = await exportSPKI((await importJWK(jwk, 'ES256')) as Parameters<typeof exportSPKI>[0]);
    for (const secret of [pem, pem.trim(), JSON.stringify(jwk), jwk.x ?? '', genuine.kid, '']) {
      const body = unsigned({ alg: 'HS256', kid: genuine.kid, typ: 'at+jwt' }).slice(0, -1);
      const tag = createHmac('sha256', secret).update(body).digest('base64url');
      expect(await me(`${body}.${tag}`)).toBe(REFUSED);
    }
  });

  it('not another shape of a token', async () => {
    const [header, payload, signature] = genuine.accessToken.split('.');
    const json = encode({ payload, protected: header, signature });
    const shapes = [
      `${header}.${payload}`,
      `${header}.${payload}.`,
      `${header}..${signature}`,
      `.${payload}.${signature}`,
    ];
    const others = [
      `${genuine.accessToken}.`,
      `${header}.${payload}.${signature}.x.y`,
      json,
      '..',
      '....',
      'a.b.c',
      'e30.e30.e30',
    ];
    for (const token of [...shapes, ...others]) expect([token, await me(token)]).toEqual([token, REFUSED]);
  });
});

describe('A2: the key comes from the own set alone', () => {
  it('not from the token, and not from where it points', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const jwk = { ...(await exportJWK(publicKey)), kid: 'mine' };
    const headers = [
      { jwk },
      { jwk, kid: 'mine' },
      { jwk, kid: genuine.kid },
      { kid: genuine.kid },
      { jku: 'http://127.0.0.1:9/jwks.json', kid: 'mine' },
      { x5u: 'http://127.0.0.1:9/cert.pem', kid: 'mine' },
      {},
    ];
    for (const header of headers) {
      const forged = new SignJWT(genuine.claims).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', ...header });
      expect(await me(await forged.sign(privateKey))).toBe(REFUSED);
    }
  });

  it.each(['../../etc/passwd', "' OR 1=1--", '\u0000', '', '__proto__', 'x'.repeat(2_000), 7, null, {}, ['a'], true])(
    'not by the kid %j',
    async (kid) => {
      expect(
        await me(
          await signed(genuine.claims, { kid }).catch(() => unsigned({ alg: 'ES256', kid, typ: 'at+jwt' }, 'AAAA')),
        ),
      ).toBe(REFUSED);
    },
  );

  it('not with a critical header that nobody knows', async () => {
    expect(await me(await signed(genuine.claims, { crit: ['x'], x: 1 }))).toBe(REFUSED);
  });
});

describe('A3: every claim is checked', () => {
  const now = () => Math.floor(gateway.clock.now().getTime() / 1000);
  it.each<[string, () => JWTPayload]>([
    ['another issuer', () => ({ iss: 'https://issuer.example' })],
    ['no issuer', () => ({ iss: undefined })],
    ['another audience', () => ({ aud: 'another' })],
    ['an audience of strangers', () => ({ aud: ['another', 'third'] })],
    ['no audience', () => ({ aud: undefined })],
    ['its end past', () => ({ exp: now() - 61 })],
    ['no end', () => ({ exp: undefined })],
    ['its beginning to come', () => ({ nbf: now() + 120 })],
    ['no subject', () => ({ sub: undefined })],
    ['no session', () => ({ sid: undefined })],
    ['no id', () => ({ jti: undefined })],
    ['no time of issue', () => ({ iat: undefined })],
    ['no role', () => ({ role: undefined })],
    ['a session that is no text', () => ({ sid: { $ne: null } })],
    ['methods that are no list', () => ({ amr: 'pwd' })],
    ['its issue to come', () => ({ iat: now() + 60, exp: now() + 120 })],
    ['a life longer than the setting', () => ({ iat: now(), exp: now() + 901 })],
    ['an end so far off that it is no date', () => ({ exp: 1e17 })],
    ['a subject that is no id', () => ({ sub: "' OR 1=1--" })],
    ['a session that is no id', () => ({ sid: '../../etc/passwd' })],
  ])('not with %s', async (_name, change) => {
    expect(await me(await signed({ ...genuine.claims, ...change() }))).toBe(REFUSED);
  });

  it.each(['JWT', 'at', 'rt+jwt', undefined, ''])('not with the type %j', async (typ) => {
    expect(await me(await signed(genuine.claims, { typ }))).toBe(REFUSED);
  });
});

it('A5: no spelling of a token escapes the end of its session', async () => {
  const { accessToken } = await loggedIn(gateway, (await quickUser(gateway)).email);
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const stem = accessToken.slice(0, -1);
  const variants = [...[...alphabet].map((letter) => stem + letter), `${accessToken}=`, `${accessToken}==`];
  variants.push(accessToken.replaceAll('-', '+').replaceAll('_', '/'));
  const accepted = [];
  for (const token of variants) if ((await me(token)) === 'accepted') accepted.push(token);
  expect(accepted).toContain(accessToken);
  await gateway.ask(LogoutDocument, {}, { token: accessToken });
  for (const token of variants) expect(await me(token)).toBe(REFUSED);
  expect(faults(gateway)).toEqual([]);
});
