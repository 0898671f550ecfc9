import { buildSchema, extendSchema, graphql, parse } from 'graphql';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildApp, createSubgraph, protectSchema } from '../../../src/app.js';
import { createHttpServer } from '../../../src/http/server.js';
import { type ServiceScope, serviceScopes } from '../../../src/inputs/service-client.js';
import { operations } from '../../../src/operations/all.js';
import type { Caller } from '../../../src/operations/operation.js';
import { createPermissions } from '../../../src/permissions/permissions.js';
import { problemsAsData } from '../../../src/permissions/problems-as-data.js';
import { contextRule } from '../../../src/permissions/rules.js';
import { applyMiddleware, deny, shield } from '../../../src/permissions/shield.js';
import { type Ask, sharedGateway, type TestGateway } from '../../support/app.js';
import { loggedIn, verifiedUser } from '../../support/journey.js';
import { documents } from '../../support/operation-calls.js';
import { asHeaders, service } from '../../support/service-clients.js';
import { staffMember } from '../../support/staff.js';

const ROUTER_SECRET = 'a-secret-of-the-router-and-tests';
const ROUTER = { 'x-router-secret': ROUTER_SECRET };
let gateway: TestGateway;
let email: string;
/** The credentials of services with one scope each, and of one whose scopes open no operation. */
const headersOf: Partial<Record<ServiceScope, Record<string, string>>> = {};
let otherScopes: Record<string, string>;

beforeAll(async () => {
  gateway = await sharedGateway({ worker: true, env: { ROUTER_SECRET } });
  email = (await verifiedUser(gateway)).email;
  const admin = await staffMember(gateway, 'admin');
  for (const scope of serviceScopes) headersOf[scope] = asHeaders(await service(gateway, admin, [scope]));
  otherScopes = asHeaders(await service(gateway, admin, ['sessions:end', 'events:read']));
});
afterAll(() => gateway.close());

const madeUp = { who: 'anyone', limits: [], credential: false, account: 'identifier' } as const;

it('D2: a root field without a row does not start, nor a row without a root field', async () => {
  const { dependencies } = gateway;
  const { logout, ...others } = operations.Mutation;
  const starting = async (mutations: typeof operations.Mutation) => {
    operations.Mutation = mutations;
    const ended = await buildApp({ ...dependencies, metrics: new Registry() }).catch((cause: Error) => cause.message);
    operations.Mutation = { ...others, ...(logout && { logout }) };
    return ended;
  };
  expect(await starting(others)).toBe('The schema does not match src/operations: Mutation.logout has no row.');
  expect(await starting({ ...operations.Mutation, madeUp })).toBe(
    'The schema does not match src/operations: the row Mutation.madeUp has no field.',
  );
});

type Outcome = 'answers' | 'UNAUTHENTICATED' | 'FORBIDDEN';

/** What a stranger, a user, the bearer of a bad token, the router and a service get; the service has scopes for other things. */
const outcomesOf: Record<Caller, readonly Outcome[]> = {
  anyone: ['answers', 'answers', 'answers', 'answers', 'answers'],
  'valid-token-or-none': ['answers', 'answers', 'UNAUTHENTICATED', 'answers', 'answers'],
  'signed-in': ['UNAUTHENTICATED', 'answers', 'UNAUTHENTICATED', 'UNAUTHENTICATED', 'UNAUTHENTICATED'],
  staff: ['UNAUTHENTICATED', 'FORBIDDEN', 'UNAUTHENTICATED', 'UNAUTHENTICATED', 'UNAUTHENTICATED'],
  router: ['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'answers', 'FORBIDDEN'],
  service: ['UNAUTHENTICATED', 'FORBIDDEN', 'UNAUTHENTICATED', 'UNAUTHENTICATED', 'FORBIDDEN'],
};

/** The router's own fields are not in the published schema. */
const routerDocuments: Record<string, string> = {
  _entities: '{ field: _entities(representations: []) { __typename } }',
  _service: '{ field: _service { sdl } }',
};

async function outcomeOf(name: string, ask: Ask): Promise<Outcome | string> {
  const { data, errors, body } = await gateway.send({ ...documents, ...routerDocuments }[name] ?? '', {}, ask);
  if (data === undefined) return body;
  const code = errors[0]?.extensions.code ?? (data?.field as { code?: string } | null)?.code;
  return code === 'UNAUTHENTICATED' || code === 'FORBIDDEN' || code === 'INTERNAL_SERVER_ERROR' ? code : 'answers';
}

const rows = Object.entries({ ...operations.Query, ...operations.Mutation });

it.each(rows)('G8: %s answers whom its row names and nobody else', async (name, { who }) => {
  const { accessToken: token } = await loggedIn(gateway, email);
  const asks: Ask[] = [{}, { token }, { token: 'no.such.token' }, { headers: ROUTER }, { headers: otherScopes }];
  const found: string[] = [];
  for (const ask of asks) found.push(await outcomeOf(name, ask));
  expect(found).toEqual(outcomesOf[who]);
});

/** What a service with each scope is allowed. */
const scopesOf: Record<string, ServiceScope> = { introspectToken: 'tokens:introspect', _entities: 'users:read' };

it.each(rows)('G8: %s answers the services whose scope its row names, and no other', async (name, { who }) => {
  for (const scope of serviceScopes) {
    const found = await outcomeOf(name, { headers: headersOf[scope] ?? {} });
    const isGranted = scopesOf[name] === scope;
    expect([scope, found]).toEqual([scope, isGranted ? 'answers' : outcomesOf[who][4]]);
  }
});

it('G2: a wrong router secret is none', async () => {
  for (const secret of ['', ROUTER_SECRET.toUpperCase(), `${ROUTER_SECRET} `, ROUTER_SECRET.slice(1)]) {
    const { errors } = await gateway.send('{ _service { sdl } }', {}, { headers: { 'x-router-secret': secret } });
    // A header's outer blanks are not part of it (RFC 9110 5.5).
    if (secret.trim() !== ROUTER_SECRET) expect(errors[0]?.extensions.code).toBe('FORBIDDEN');
  }
});

it('G8: a schema with a root field that nobody wrote a row for is not served', () => {
  const more = 'extend type Query { forgotten: ID } extend type Mutation { alsoForgotten: ID }';
  const schema = extendSchema(createSubgraph().schema, parse(more));
  expect(() => protectSchema(schema, gateway.dependencies)).toThrow(
    'The schema does not match src/operations: Query.forgotten has no row; Mutation.alsoForgotten has no row.',
  );
});

it('G8: denies a root field without a rule, wherever it came from', async () => {
  const schema = extendSchema(createSubgraph().schema, parse('extend type Query { forgotten: ID }'));
  const forgotten = schema.getQueryType()?.getFields().forgotten;
  if (forgotten !== undefined) forgotten.resolve = () => 'reached';
  const guarded = applyMiddleware(schema, createPermissions(schema));
  const contextValue = { actor: { kind: 'anonymous' } };
  const read = await graphql({ schema: guarded, source: '{ me { id } forgotten }', contextValue });
  expect(read.data).toEqual({ me: null, forgotten: null });
  expect(read.errors?.map(({ path }) => path)).toEqual([['forgotten']]);
});

it('G8: a rule that throws is logged and masked under the same request id, not taken for a refusal', async () => {
  const schema = buildSchema('type Query { me: ID }');
  const broken = contextRule('broken', () => {
    throw new Error('select * from users failed: secret-cause');
  });
  const guarded = applyMiddleware(
    schema,
    { Query: problemsAsData },
    shield({ Query: { me: broken } }, { fallbackRule: deny, allowExternalErrors: true }),
  );
  const { dependencies, logLines } = gateway;
  const { http } = await createHttpServer({ ...dependencies, metrics: new Registry() }, guarded);
  const from = logLines.length;
  const response = await http.inject({ method: 'POST', url: '/graphql', payload: { query: '{ me }' } });
  await http.close();
  const [error] = response.json().errors;
  expect(error.extensions).toEqual({ code: 'INTERNAL_SERVER_ERROR', requestId: response.headers['x-request-id'] });
  expect(response.body).not.toMatch(/secret-cause|select|stack/i);
  const lines = logLines.slice(from).map((line) => JSON.parse(line));
  const logged = lines.filter((line) => line.requestId === error.extensions.requestId && line.level >= 50);
  expect(logged.map((line) => line.msg)).toEqual(['a permission rule failed', 'an internal error']);
  expect(logged.every((line) => line.err.message.includes('secret-cause'))).toBe(true);
});
