import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AdminServiceClientsDocument } from '../../generated/operations.js';
import { atOnce, masked, quickUser, rows } from '../../support/accounts.js';
import { type Ask, sharedGateway, type TestGateway, testGateway } from '../../support/app.js';
import { eventually } from '../../support/eventually.js';
import { expectType, loggedIn } from '../../support/journey.js';
import { asBasic, asHeaders, type Credential, revoked, rotated, service } from '../../support/service-clients.js';
import { type StaffMember, staffMember } from '../../support/staff.js';
import { watchStatements } from '../../support/statements.js';

const ROUTER_SECRET = 'a-secret-of-the-router-and-tests';
let gateway: TestGateway;
let admin: StaffMember;
let introspects: Credential;
let reads: Credential;

beforeAll(async () => {
  gateway = await sharedGateway({ env: { ROUTER_SECRET } });
  admin = await staffMember(gateway, 'admin');
  introspects = await service(gateway, admin, ['tokens:introspect']);
  reads = await service(gateway, admin, ['users:read']);
});
afterAll(() => gateway.close());

const DOCUMENT =
  '{ me { id } introspectToken(token: "x") { __typename ... on TokenIntrospection { active } ... on AuthProblem { code } } }';

async function outcomeOf(ask: Ask, to = gateway): Promise<unknown> {
  const { data, body } = await to.send(DOCUMENT, {}, ask);
  return data?.introspectToken === undefined ? body : ((data.introspectToken as { code?: string }).code ?? 'answers');
}
const ofHeaders = (credential: Credential, to = gateway) => outcomeOf({ headers: asHeaders(credential) }, to);

/** The credential with another secret. */
const wrong = ({ id }: Credential, secret = `gh_${id}_${randomBytes(32).toString('base64url')}`) => ({ id, secret });

async function refusalsOf(to: TestGateway) {
  const text = `SELECT metadata->>'reason' AS reason, metadata->>'serviceClientId' AS client FROM audit_events
    WHERE type = 'SERVICE_CLIENT_AUTHENTICATION' AND NOT success ORDER BY created_at, id`;
  return await rows<{ reason: string; client: string | null }>(to, text);
}

describe('AD4: a service identifies itself', () => {
  it('by its headers, by Basic, and by Basic as OAuth libraries encode it', async () => {
    expect(await ofHeaders(introspects)).toBe('answers');
    expect(await outcomeOf({ headers: asBasic(introspects) })).toBe('answers');
    const encode = (text: string) =>
      encodeURIComponent(text).replace(/[-_.]/g, (one) => `%${one.charCodeAt(0).toString(16)}`);
    const { id, secret } = introspects;
    expect(await outcomeOf({ headers: asBasic({ id: encode(id), secret: encode(secret) }) })).toBe('answers');
    expect(await ofHeaders({ id: id.toUpperCase(), secret })).toBe('answers');
  });

  it('with scopes that are granted and imply nothing', async () => {
    expect(await ofHeaders(reads)).toBe('FORBIDDEN');
    for (const scopes of [['sessions:end'], ['events:read']] as const) {
      expect(await ofHeaders(await service(gateway, admin, [...scopes]))).toBe('FORBIDDEN');
    }
    const denied =
      "SELECT metadata FROM audit_events WHERE type = 'ACCESS_DENIED' AND metadata->>'serviceClientId' = ?";
    expect(await rows(gateway, denied, [reads.id])).toEqual([
      { metadata: { rule: 'isServiceWith tokens:introspect', serviceClientId: reads.id } },
    ]);
  });

  it('with both secrets for 24 hours after a rotation, then with the new one alone', async () => {
    const first = await service(gateway, admin, ['tokens:introspect']);
    const { secret, client } = expectType(await rotated(gateway, admin, first.id), 'ServiceClientSecret');
    const next = { id: first.id, secret };
    expect(secret).not.toBe(first.secret);
    const until = new Date(client.previousSecretValidUntil ?? 0).getTime() - gateway.clock.now().getTime();
    expect(Math.round(until / 60_000)).toBe(1_440);
    expect([await ofHeaders(first), await ofHeaders(next)]).toEqual(['answers', 'answers']);
    gateway.clock.advance(86_340);
    expect([await ofHeaders(first), await ofHeaders(next)]).toEqual(['answers', 'answers']);
    gateway.clock.advance(60);
    expect([await ofHeaders(first), await ofHeaders(next)]).toEqual(['UNAUTHENTICATED', 'answers']);
    admin = await staffMember(gateway, 'admin');
  });

  it('after a second rotation not with the oldest secret', async () => {
    const first = await service(gateway, admin, ['tokens:introspect']);
    const secrets = [first.secret];
    for (let count = 0; count < 2; count += 1) {
      secrets.push(expectType(await rotated(gateway, admin, first.id), 'ServiceClientSecret').secret);
    }
    const outcomes = [];
    for (const secret of secrets) outcomes.push(await ofHeaders({ id: first.id, secret }));
    expect(outcomes).toEqual(['UNAUTHENTICATED', 'answers', 'answers']);
  });

  it('until it expires or is revoked', async () => {
    const expiresAt = new Date(gateway.clock.now().getTime() + 60_000).toISOString();
    const expiring = await service(gateway, admin, ['tokens:introspect'], expiresAt);
    expect(await ofHeaders(expiring)).toBe('answers');
    gateway.clock.advance(60);
    expect(await ofHeaders(expiring)).toBe('UNAUTHENTICATED');
    const revocable = await service(gateway, admin, ['tokens:introspect']);
    expect(await ofHeaders(revocable)).toBe('answers');
    await revoked(gateway, admin, revocable.id);
    expect(await ofHeaders(revocable)).toBe('UNAUTHENTICATED');
  });
});

describe('AD4: a credential that is not valid', () => {
  it('answers as for a stranger, byte by byte, in whatever way it is wrong', async () => {
    const expiresAt = new Date(gateway.clock.now().getTime() + 60_000).toISOString();
    const expired = await service(gateway, admin, ['tokens:introspect'], expiresAt);
    const gone = await service(gateway, admin, ['tokens:introspect']);
    await revoked(gateway, admin, gone.id);
    gateway.clock.advance(60);
    const credentials = [
      expired,
      gone,
      wrong(introspects),
      wrong(introspects, ''),
      wrong(introspects, introspects.secret.slice(0, -1)),
      wrong(introspects, `${introspects.secret}x`),
      wrong(introspects, introspects.secret.toUpperCase()),
      wrong(introspects, 'x'.repeat(5_000)),
      wrong(introspects, reads.secret),
      { id: reads.id, secret: introspects.secret },
      wrong({ id: randomUUID(), secret: '' }),
      { id: 'admin', secret: introspects.secret },
    ];
    const headersOf = (headers: Record<string, unknown>) =>
      Object.fromEntries(Object.entries(headers).filter(([name]) => !['x-request-id', 'date'].includes(name)));
    const stranger = await gateway.send(DOCUMENT);
    expect(stranger.data?.introspectToken).toMatchObject({ code: 'UNAUTHENTICATED' });
    for (const credential of credentials) {
      const ways = credential.id === 'admin' ? [asHeaders(credential)] : [asHeaders(credential), asBasic(credential)];
      for (const headers of ways) {
        const answer = await gateway.send(DOCUMENT, {}, { headers });
        expect(masked(answer.body)).toBe(masked(stranger.body));
        expect(headersOf(answer.headers)).toEqual(headersOf(stranger.headers));
      }
    }
  });

  it('is logged and audited as what it was, without what was sent', async () => {
    const own = await testGateway();
    const boss = await staffMember(own, 'admin');
    const expiresAt = new Date(own.clock.now().getTime() + 60_000).toISOString();
    const expired = await service(own, boss, ['users:read'], expiresAt);
    const [gone, live, turned] = [
      await service(own, boss, ['users:read']),
      await service(own, boss, ['users:read']),
      await service(own, boss, ['users:read']),
    ];
    await revoked(own, boss, gone.id);
    for (let count = 0; count < 2; count += 1) await rotated(own, boss, turned.id);
    own.clock.advance(60);
    const unknown = wrong({ id: randomUUID(), secret: '' });
    const guess = wrong(live);
    for (const credential of [expired, gone, guess, unknown, wrong(gone)]) await ofHeaders(credential, own);
    await eventually(async () => expect(await refusalsOf(own)).toHaveLength(5));
    expect(new Set(await refusalsOf(own))).toEqual(
      new Set([
        { reason: 'EXPIRED', client: expired.id },
        { reason: 'REVOKED', client: gone.id },
        { reason: 'WRONG_SECRET', client: live.id },
        { reason: 'UNKNOWN_CLIENT', client: null },
        { reason: 'WRONG_SECRET', client: gone.id },
      ]),
    );
    const log = own.logLines.join('\n');
    expect(log).toContain('the credential of a service client was refused');
    for (const secret of [unknown.id, guess.secret, expired.secret]) expect(log).not.toContain(secret);
  });

  it('fills neither the audit log nor the log, however often it is tried', async () => {
    const own = await testGateway();
    const boss = await staffMember(own, 'admin');
    const live = await service(own, boss, ['tokens:introspect']);
    const outcomes = await atOnce(300, async (index) => {
      const from = `198.51.${index % 200}.${index % 250}`;
      const credential = index % 3 === 0 ? wrong({ id: randomUUID(), secret: '' }) : wrong(live);
      return await outcomeOf({ from, headers: asHeaders(credential) }, own);
    });
    expect(new Set(outcomes)).toEqual(new Set(['UNAUTHENTICATED']));
    expect(await ofHeaders(live, own)).toBe('answers');
    await eventually(async () => expect(await refusalsOf(own)).toHaveLength(40));
    const clients = (await refusalsOf(own)).map(({ client }) => client);
    expect([live.id, null].map((one) => clients.filter((client) => client === one).length)).toEqual([20, 20]);
    expect(own.logLines.filter((line) => line.includes('the credential of a service'))).toHaveLength(40);
  });
});

it('A4: a secret is no access token, and an access token is no secret', async () => {
  for (const token of [introspects.secret, introspects.id]) {
    expect(await outcomeOf({ token })).toBe('UNAUTHENTICATED');
    expect((await gateway.send('{ me { id } }', {}, { token })).errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
  }
  for (const secret of [admin.token, `Bearer ${admin.token}`]) {
    expect(await ofHeaders({ id: introspects.id, secret })).toBe('UNAUTHENTICATED');
    expect(await ofHeaders({ id: admin.id, secret })).toBe('UNAUTHENTICATED');
  }
});

describe('users:read', () => {
  const ENTITIES =
    'query($of: [_Any!]!) { _entities(representations: $of) { __typename ... on User { id displayName email } } }';
  const entities = async (of: unknown[], ask: Ask) => await gateway.send(ENTITIES, { of }, ask);

  it('AD5: opens the users that the router sees, and no more of them', async () => {
    const { id, email } = await quickUser(gateway, { displayName: 'Ada' });
    const of = [{ __typename: 'User', id }];
    const byRouter = await entities(of, { headers: { 'x-router-secret': ROUTER_SECRET } });
    const byService = await entities(of, { headers: asHeaders(reads) });
    expect(byService.data).toEqual({ _entities: [{ __typename: 'User', id, displayName: 'Ada', email: null }] });
    expect(byService.data).toEqual(byRouter.data);
    const { accessToken: token } = await loggedIn(gateway, email);
    const forUser = await entities(of, { token, headers: asHeaders(reads) });
    expect(forUser.data?._entities).toMatchObject([{ id, email }]);
  });

  it('G2: opens no other entity, nor the schema, and no other scope opens users', async () => {
    const { email, id } = await quickUser(gateway);
    const { accessToken: token, session } = await loggedIn(gateway, email);
    const closed = [
      await entities([{ __typename: 'AuthSession', id: session.id }], { token, headers: asHeaders(reads) }),
      await entities(
        [
          { __typename: 'User', id },
          { __typename: 'AuthSession', id: session.id },
        ],
        { headers: asHeaders(reads) },
      ),
      await entities([{ __typename: 'User', id }], { headers: asHeaders(introspects) }),
      await entities([{ __typename: 'User', id }], { headers: asHeaders(wrong(reads)) }),
      await gateway.send('{ _service { sdl } }', {}, { headers: asHeaders(reads) }),
    ];
    for (const { data, errors } of closed) {
      expect(data).toBeNull();
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    }
  });

  it('signs nobody in', async () => {
    const { data } = await gateway.send('{ me { id } adminUsers { nodes { id } } }', {}, { headers: asHeaders(reads) });
    expect(data).toBeNull();
    expect((await gateway.send('{ me { id } }', {}, { headers: asHeaders(reads) })).data).toEqual({ me: null });
  });
});

it('needs no statement for a credential that is in memory, and writes its use once an hour', async () => {
  const own = await testGateway({ env: { ROUTER_SECRET } });
  let boss = await staffMember(own, 'admin');
  const live = await service(own, boss, ['users:read']);
  const lastUsed = async () =>
    (await own.ask(AdminServiceClientsDocument, {}, { token: boss.token })).data.adminServiceClients.nodes[0]
      ?.lastUsedAt;
  expect(await lastUsed()).toBeNull();
  await ofHeaders(live, own);
  const used = await eventually(async () => {
    const found = await lastUsed();
    expect(found).not.toBeNull();
    return found;
  });
  own.clock.advance(60);
  const sent = watchStatements();
  for (let call = 0; call < 20; call += 1) {
    await own.send('{ _entities(representations: []) { __typename } }', {}, { headers: asHeaders(live) });
  }
  expect(sent).toEqual([]);
  expect(await lastUsed()).toBe(used);
  own.clock.advance(3_600);
  await ofHeaders(live, own);
  boss = await staffMember(own, 'admin');
  await eventually(async () =>
    expect(Date.parse(`${await lastUsed()}`) - Date.parse(`${used}`)).toBeGreaterThan(3_600_000),
  );
});

it('learns of a revocation and a rotation at another replica within a second', async () => {
  const one = await testGateway();
  const other = await testGateway({ replicaOf: one });
  const boss = await staffMember(one, 'admin');
  const live = await service(one, boss, ['tokens:introspect']);
  expect([await ofHeaders(live, one), await ofHeaders(live, other)]).toEqual(['answers', 'answers']);
  const { secret } = expectType(await rotated(one, boss, live.id), 'ServiceClientSecret');
  const next = { id: live.id, secret };
  await eventually(async () => expect(await ofHeaders(next, other)).toBe('answers'));
  expect(await ofHeaders(live, other)).toBe('answers');
  const begun = performance.now();
  await revoked(one, boss, live.id);
  await eventually(async () => expect(await ofHeaders(next, other)).toBe('UNAUTHENTICATED'));
  expect(performance.now() - begun).toBeLessThan(5_000);
});
