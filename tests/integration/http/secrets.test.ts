import { getNullableType, isInputObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quickUser } from '../../support/accounts.js';
import { sharedGateway, type TestGateway } from '../../support/app.js';
import { loggedIn } from '../../support/journey.js';
import { callOf, documentOf, mutationInputs } from '../../support/operation-calls.js';

const CANARY = 'Canary4711';
const NUMBER = '47114711';

let gateway: TestGateway;
/** Of somebody signed in, without whom half of the operations would not look at their input. */
let token: string;
beforeAll(async () => {
  gateway = await sharedGateway();
  token = (await loggedIn(gateway, (await quickUser(gateway)).email)).accessToken;
});
afterAll(() => gateway.close());

async function expectUntold(query: string, variables?: unknown, more: object = {}): Promise<void> {
  const from = gateway.logLines.length;
  const payload = { query, variables, ...more };
  const { statusCode, body, headers } = await gateway.inject({
    method: 'POST',
    url: '/graphql',
    headers: { authorization: `Bearer ${token}` },
    payload,
  });
  const lines = gateway.logLines.slice(from).join('');
  expect(statusCode, body).toBeLessThan(500);
  expect(lines).toContain(headers['x-request-id']);
  for (const secret of [CANARY, NUMBER]) {
    expect(body, query).not.toContain(secret);
    expect(lines, query).not.toContain(secret);
  }
}

const everyField = mutationInputs.flatMap(([field, input]) =>
  Object.keys(input).map((name) => [field, name, input] as const),
);

it('G7: every mutation with an input is tried, and every text in it', () => {
  const fields = Object.values(gateway.app.schema.getMutationType()?.getFields() ?? {});
  const texts = fields.flatMap(({ name, args }) => {
    const type = getNullableType(args.find((argument) => argument.name === 'input')?.type);
    const members = isInputObjectType(type) ? Object.values(type.getFields()) : [];
    return members
      .filter(({ type: member }) => String(member) !== 'Boolean!')
      .map((member) => `${name} ${member.name}`);
  });
  expect(everyField.map(([field, name]) => `${field} ${name}`).sort()).toEqual(texts.sort());
});

describe.each(everyField)('G7: a secret in %s %s is never told back', (field, name, input) => {
  it.each<[string, unknown]>([
    ['a number', Number(NUMBER)],
    ['an object', { [CANARY]: CANARY }],
    ['a list', [CANARY, [CANARY]]],
    ['a boolean in a list', [true, Number(NUMBER)]],
    ['text', CANARY],
    ['text with a line break', `${CANARY}\n${CANARY}`],
  ])('as %s in a variable', async (_how, value) => {
    // What is well-formed may be kept, and then be told to its owner.
    const kept = value === CANARY && ['email', 'displayName', 'username'].includes(name);
    if (!kept) await expectUntold(documentOf(field), { input: { ...input, [name]: value } });
  });

  it.each<[string, string]>([
    ['a number', NUMBER],
    ['a word without quotation marks', CANARY],
    ['an object', `{ a: "${CANARY}" }`],
    ['a list', `["${CANARY}", ${NUMBER}]`],
    ['several words', `${CANARY} ${CANARY} ${NUMBER}`],
    ['words without colons', `x y ${CANARY}`],
    ['text that does not end', `"${CANARY}`],
    ['text with a wrong escape', `"\\q${CANARY}"`],
    ['text with a wrong code point', `"\\u{${CANARY}}"`],
    ['text beside text', `"x" "${CANARY}"`],
    ['text beside a number', `"x" ${NUMBER}`],
    ['block text', `"""${CANARY}""" """${CANARY}"""`],
    ['a word with a dash', `x-${CANARY}`],
    ['a number with letters', `${NUMBER}${CANARY}`],
    ['a variable', `$x ${CANARY}`],
    ['text in the place of a name', `"x", "${CANARY}": 1`],
  ])('as %s in the document', async (_how, literal) => {
    await expectUntold(`mutation { ${callOf(field, input, { [name]: literal })} }`);
  });
});

it.each<[string, string, unknown, object?]>([
  ['the operation name', '{ me { id } }', undefined, { operationName: CANARY }],
  ['extensions', '{ me { id } }', undefined, { extensions: { [CANARY]: CANARY } }],
  ['a key of the input', 'mutation($i: LoginInput!) { login(input: $i) { __typename } }', { i: { [CANARY]: 1 } }],
  ['an unused variable', '{ me { id } }', { [CANARY]: CANARY }],
  ['an id', 'mutation($id: ID!) { revokeSession(id: $id) { __typename } }', { id: { [CANARY]: 1 } }],
  ['a cursor', `{ mySessions(after: ${NUMBER}) { totalCount } }`, undefined],
  ['a default', `query($a: Int = "${CANARY}") { mySessions(first: $a) { totalCount } }`, undefined],
  ['a directive', `{ me @include(if: "${CANARY}") { id } }`, undefined],
  ['a comment', `{ me { id } } # ${CANARY}`, undefined],
  ['the input itself', 'mutation($i: LoginInput!) { login(input: $i) { __typename } }', { i: CANARY }],
  ['a time', `{ adminMails(filter: { from: "${CANARY}" }) { nodes { id } } }`, undefined],
  ['a time that is a number', `{ adminMails(filter: { from: ${NUMBER} }) { nodes { id } } }`, undefined],
  ['a reference', `{ _entities(representations: ["${CANARY}"]) { __typename } }`, undefined],
])('G7: a secret in %s is never told back', async (_where, query, variables, more) => {
  await expectUntold(query, variables, more);
});

it('G7: a secret in a body that is no JSON is never told back', async () => {
  const from = gateway.logLines.length;
  for (const payload of [`{"query": "x", "password": ${CANARY}}`, `password=${CANARY}`, `{"a":"${CANARY}`]) {
    const headers = {
      'content-type': 'application/json',
      authorization: `Basic ${CANARY}`,
      cookie: `gatehouse-refresh=${CANARY}`,
    };
    const { statusCode, body } = await gateway.inject({ method: 'POST', url: '/graphql', headers, payload });
    expect(statusCode).toBe(400);
    expect(body).not.toContain(CANARY);
  }
  expect(gateway.logLines.slice(from).join('')).not.toContain(CANARY);
});
