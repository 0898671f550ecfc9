import { buildSchema, extendSchema, type GraphQLObjectType, graphql, parse } from 'graphql';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSubgraph, protectSchema } from '../../../src/app.js';
import { createHttpServer } from '../../../src/http/server.js';
import { rootPermissions } from '../../../src/permissions/permissions.js';
import { problemsAsData } from '../../../src/permissions/problems-as-data.js';
import { contextRule } from '../../../src/permissions/rules.js';
import { applyMiddleware, deny, shield } from '../../../src/permissions/shield.js';
import { type Ask, sharedGateway, type TestGateway } from '../../support/app.js';
import { loggedIn, verifiedUser } from '../../support/journey.js';

const ROUTER_SECRET = 'a-secret-of-the-router-and-tests';
const ROUTER = { 'x-router-secret': ROUTER_SECRET };
let gateway: TestGateway;
let email: string;

beforeAll(async () => {
  gateway = await sharedGateway({ worker: true, env: { ROUTER_SECRET } });
  email = (await verifiedUser(gateway)).email;
});
afterAll(() => gateway.close());

const rootTypes = () =>
  [gateway.app.schema.getQueryType(), gateway.app.schema.getMutationType()].filter((type) => type != null);

it('G8: every root field has a rule, and every rule a root field', () => {
  const fields = Object.fromEntries(rootTypes().map((type) => [type.name, Object.keys(type.getFields()).sort()]));
  const rules = Object.entries(rootPermissions).map(([type, map]) => [type, Object.keys(map).sort()]);
  expect(Object.fromEntries(rules)).toEqual(fields);
  expect(gateway.app.schema.getSubscriptionType() ?? null).toBeNull();
});

/** A document for each root field, and what anybody, a user, a bearer of a bad token and the router get. */
type Outcome = 'answers' | 'UNAUTHENTICATED' | 'FORBIDDEN';
const open = ['answers', 'answers', 'answers', 'answers'] as const;
const signedIn = ['UNAUTHENTICATED', 'answers', 'UNAUTHENTICATED', 'UNAUTHENTICATED'] as const;
const routerOnly = ['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'answers'] as const;
const address = '"nobody@example.com"';
const matrix: Record<string, { text: string; outcomes: readonly Outcome[] }> = {
  me: { text: '{ field: me { id } }', outcomes: ['answers', 'answers', 'UNAUTHENTICATED', 'answers'] },
  currentSession: { text: '{ field: currentSession { id } }', outcomes: signedIn },
  mySessions: { text: '{ field: mySessions { totalCount } }', outcomes: signedIn },
  myAuditEvents: { text: '{ field: myAuditEvents { nodes { id } } }', outcomes: signedIn },
  authConfig: { text: '{ field: authConfig { codeLength } }', outcomes: open },
  csrfToken: { text: '{ field: csrfToken }', outcomes: open },
  _entities: { text: '{ field: _entities(representations: []) { __typename } }', outcomes: routerOnly },
  _service: { text: '{ field: _service { sdl } }', outcomes: routerOnly },
  signup: { text: `mutation { field: signup(input: { email: ${address}, password: "x" }) { X } }`, outcomes: open },
  verifyEmail: {
    text: `mutation { field: verifyEmail(input: { email: ${address}, code: "1" }) { X } }`,
    outcomes: open,
  },
  verifyEmailWithToken: {
    text: 'mutation { field: verifyEmailWithToken(input: { token: "x" }) { X } }',
    outcomes: open,
  },
  resendVerification: { text: 'mutation { field: resendVerification(input: { email: "" }) { X } }', outcomes: open },
  login: { text: 'mutation { field: login(input: { identifier: "x", password: "x" }) { X } }', outcomes: open },
  refresh: { text: 'mutation { field: refresh(input: { refreshToken: "x" }) { X } }', outcomes: open },
  exchangeToken: { text: 'mutation { field: exchangeToken(input: { token: "x" }) { X } }', outcomes: open },
  completeTwoFactor: {
    text: 'mutation { field: completeTwoFactor(input: { challenge: "x", code: "1" }) { X } }',
    outcomes: open,
  },
  reauthenticate: {
    text: 'mutation { field: reauthenticate(input: { password: "x" }) { X } }',
    outcomes: signedIn,
  },
  requestPasswordReset: {
    text: 'mutation { field: requestPasswordReset(input: { email: "" }) { X } }',
    outcomes: open,
  },
  verifyPasswordResetCode: {
    text: `mutation { field: verifyPasswordResetCode(input: { email: ${address}, code: "1" }) { X } }`,
    outcomes: open,
  },
  resetPassword: {
    text: 'mutation { field: resetPassword(input: { resetToken: "x", newPassword: "x" }) { X } }',
    outcomes: open,
  },
  changePassword: {
    text: 'mutation { field: changePassword(input: { currentPassword: "x", newPassword: "x" }) { X } }',
    outcomes: signedIn,
  },
  updateProfile: { text: 'mutation { field: updateProfile(input: {}) { X } }', outcomes: signedIn },
  requestEmailChange: {
    text: 'mutation { field: requestEmailChange(input: { newEmail: "" }) { X } }',
    outcomes: signedIn,
  },
  confirmEmailChange: {
    text: 'mutation { field: confirmEmailChange(input: { code: "1" }) { X } }',
    outcomes: signedIn,
  },
  revertEmailChange: { text: 'mutation { field: revertEmailChange(input: { token: "x" }) { X } }', outcomes: open },
  deleteAccount: { text: 'mutation { field: deleteAccount(input: { password: "x" }) { X } }', outcomes: signedIn },
  enrolTotp: { text: 'mutation { field: enrolTotp { X } }', outcomes: signedIn },
  confirmTotp: { text: 'mutation { field: confirmTotp(input: { code: "1" }) { X } }', outcomes: signedIn },
  disableTotp: {
    text: 'mutation { field: disableTotp(input: { password: "x", code: "1" }) { X } }',
    outcomes: signedIn,
  },
  regenerateRecoveryCodes: {
    text: 'mutation { field: regenerateRecoveryCodes(input: { password: "x", code: "1" }) { X } }',
    outcomes: signedIn,
  },
  logout: { text: 'mutation { field: logout { X } }', outcomes: open },
  reportSession: { text: 'mutation { field: reportSession(input: { token: "x" }) { X } }', outcomes: open },
  revokeSession: { text: 'mutation { field: revokeSession(id: "x") { X } }', outcomes: signedIn },
  revokeOtherSessions: { text: 'mutation { field: revokeOtherSessions { X } }', outcomes: signedIn },
};

async function outcomeOf(name: string, ask: Ask): Promise<Outcome | string> {
  const text = matrix[name]?.text.replace('X', '__typename ... on AuthProblem { code }') ?? '';
  const { data, errors } = await gateway.send(text, {}, ask);
  const code = errors[0]?.extensions.code ?? (data?.field as { code?: string } | null)?.code;
  return code === 'UNAUTHENTICATED' || code === 'FORBIDDEN' || code === 'INTERNAL_SERVER_ERROR' ? code : 'answers';
}

it('G8: the matrix covers every root field', () => {
  expect(Object.keys(matrix).sort()).toEqual(
    rootTypes()
      .flatMap((type) => Object.keys(type.getFields()))
      .sort(),
  );
});

it.each(Object.entries(matrix))('G8: %s answers whom it should and nobody else', async (name, { outcomes }) => {
  const { accessToken: token } = await loggedIn(gateway, email);
  const asks: Ask[] = [{}, { token }, { token: 'no.such.token' }, { headers: ROUTER }];
  const found: string[] = [];
  for (const ask of asks) found.push(await outcomeOf(name, ask));
  expect(found).toEqual([...outcomes]);
});

it('G2: a wrong router secret is none', async () => {
  for (const secret of ['', ROUTER_SECRET.toUpperCase(), `${ROUTER_SECRET} `, ROUTER_SECRET.slice(1)]) {
    const { errors } = await gateway.send('{ _service { sdl } }', {}, { headers: { 'x-router-secret': secret } });
    // A header's outer blanks are not part of it (RFC 9110 5.5).
    if (secret.trim() !== ROUTER_SECRET) expect(errors[0]?.extensions.code).toBe('FORBIDDEN');
  }
});

it('G8: denies a root field that nobody wrote a rule for', async () => {
  const more = 'extend type Query { forgotten: ID } extend type Mutation { alsoForgotten: ID }';
  const schema = extendSchema(createSubgraph().schema, parse(more));
  const fields = (type: string) => (schema.getType(type) as GraphQLObjectType).getFields();
  for (const field of [fields('Query').forgotten, fields('Mutation').alsoForgotten]) {
    if (field !== undefined) field.resolve = () => 'reached';
  }
  const guarded = protectSchema(schema, gateway.dependencies);
  const contextValue = { actor: { kind: 'anonymous' }, countProblem: () => undefined };
  const read = await graphql({ schema: guarded, source: '{ me { id } forgotten }', contextValue });
  expect(read.data).toEqual({ me: null, forgotten: null });
  expect(read.errors?.map(({ path }) => path)).toEqual([['forgotten']]);
  const written = await graphql({ schema: guarded, source: 'mutation { alsoForgotten }', contextValue });
  expect(written.data).toEqual({ alsoForgotten: null });
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
  expect(logged.map((line) => line.msg)).toEqual(['a permission rule failed', 'a fault']);
  expect(logged.every((line) => line.err.message.includes('secret-cause'))).toBe(true);
});
