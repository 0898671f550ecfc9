import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operations } from '../../../src/operations/all.js';
import type { Caller } from '../../../src/operations/operation.js';
import { quickUser } from '../../support/accounts.js';
import { type Ask, sharedGateway, type TestGateway } from '../../support/app.js';
import { loggedIn, PASSWORD } from '../../support/journey.js';
import { documentOf, type Input, isEnumMember, mutationInputs } from '../../support/operation-calls.js';
import { staffMember } from '../../support/staff.js';

let gateway: TestGateway;
let ask: Ask;
/** What each kind of caller presents. */
let asks: Partial<Record<Caller, Ask>>;
beforeAll(async () => {
  gateway = await sharedGateway({ worker: true });
  ask = { token: (await loggedIn(gateway, (await quickUser(gateway)).email)).accessToken };
  asks = { 'signed-in': ask, staff: { token: (await staffMember(gateway, 'admin')).token } };
});
afterAll(() => gateway.close());

const HOSTILE: Record<string, string> = {
  nothing: '',
  blanks: ' \t ',
  NUL: 'a\u0000b',
  'control characters': 'a\u0001\u001b[2J\u007f\u0085b',
  'line breaks': 'a\r\nSet-Cookie: x=1\r\n\r\nb',
  'a direction override': '\u202egnp.exe\u2066',
  emoji: '👩‍👩‍👧‍👦🏳️‍🌈',
  'a lone high surrogate': 'a\ud800b',
  'a lone low surrogate': '\udc00',
  'a byte order mark': '\ufeffa',
  SQL: `'; DROP TABLE users; --`,
  'SQL with a cast': `1' OR '1'='1' ::uuid \\`,
  HTML: '<script>alert(1)</script><img src=x onerror=alert(1)>',
  'format strings': '%s%n%x {{7*7}} #{7*7} <%= 7*7 %> %00 ?::',
  'a prototype key': '__proto__',
  'a constructor': 'constructor',
  paths: '../../../../etc/passwd\u0000.png',
  'a number': '1e309',
  'many of them': 'x'.repeat(50_000),
  'many signs': '𝕏'.repeat(20_000),
};

const address = 'someone@example.com';

/** The input beside the hostile text. It stores no other name, and its wrong password deletes no account. */
function inputBeside(field: string, input: Input): Input {
  const isOpen = operations.Mutation[field]?.who === 'anyone';
  const rightText = (name: string, text: string) => {
    if (name === 'email') return address;
    return isOpen && /password/i.test(name) ? PASSWORD : text;
  };
  const kept = Object.entries(input).filter(([name]) => name !== 'username' && name !== 'displayName');
  return Object.fromEntries(kept.map(([name, text]) => [name, rightText(name, text)]));
}

/** Each text of the input of each operation. A member of an enum is none: the schema rejects all but its values. */
const ARGUMENTS = mutationInputs.flatMap(([field, input]) =>
  Object.keys(input)
    .filter((name) => !isEnumMember(name))
    .map((name) => [field, name, inputBeside(field, input)] as const),
);

async function expectNoFault(answer: Awaited<ReturnType<TestGateway['send']>>, from: number): Promise<void> {
  expect(answer.status, answer.body).toBeLessThan(500);
  expect(answer.errors.map(({ extensions }) => extensions.code)).not.toContain('INTERNAL_SERVER_ERROR');
  const lines = gateway.logLines.slice(from).map((line) => JSON.parse(line));
  expect(lines.filter((line) => line.level >= 50)).toEqual([]);
}

describe.each(ARGUMENTS)('G10: %s %s', (field, name, input) => {
  const { who } = operations.Mutation[field] ?? { who: 'anyone' };

  it.each(Object.entries(HOSTILE))('takes or refuses %s', async (_what, text) => {
    const from = gateway.logLines.length;
    const answer = await gateway.send(documentOf(field), { input: { ...input, [name]: text } }, asks[who]);
    await expectNoFault(answer, from);
    const result = answer.data?.[field] as { __typename: string; fields?: { path: string[] }[] } | undefined;
    if (result?.__typename === 'AuthInputProblem') {
      expect(result.fields?.map(({ path }) => path.join('.'))).toContain(`input.${name}`);
    }
    // Short enough to be nowhere by chance, long enough to be known.
    if (text.length > 8 && name !== 'email') expect(answer.body).not.toContain(JSON.stringify(text).slice(1, -1));
  });
});

it.each(Object.entries(HOSTILE))('G10: ids and cursors that are %s are none of ours', async (_what, text) => {
  const from = gateway.logLines.length;
  const revoked = await gateway.send('mutation($id: ID!) { revokeSession(id: $id) { __typename } }', { id: text }, ask);
  expect(revoked.data?.revokeSession).toEqual({ __typename: 'AuthNotFoundProblem' });
  const page = await gateway.send(
    'query($after: String) { mySessions(after: $after) { totalCount } }',
    { after: text },
    ask,
  );
  expect(page.errors[0]?.extensions).toMatchObject({ code: 'INPUT_INVALID', fields: [{ path: ['after'] }] });
  const events = 'query($after: String) { myAuditEvents(after: $after) { nodes { id } } }';
  const log = await gateway.send(events, { after: text }, ask);
  expect(log.errors[0]?.extensions).toMatchObject({ code: 'INPUT_INVALID', fields: [{ path: ['after'] }] });
  await expectNoFault(page, from);
});

it('G10: half a surrogate pair is part of no password', async () => {
  // Its bytes are those of the replacement character, so that any two of them would be one password.
  const signup = await gateway.send(documentOf('signup'), { input: { email: address, password: `${PASSWORD}\ud800` } });
  const refused = { __typename: 'AuthInputProblem', fields: [{ path: ['input', 'password'], rule: 'characters' }] };
  expect(signup.data?.signup).toMatchObject(refused);
  const login = await gateway.send(documentOf('login'), { input: { identifier: address, password: '\udfff' } });
  expect(login.data?.login).toMatchObject(refused);
});

it('G10: what was stored is what was sent, and a refused sign-up left nothing', async () => {
  const rows = await gateway.dependencies.query(
    { name: 'stored', text: 'SELECT display_name, username FROM users' },
    [],
  );
  const names = rows.flatMap((row) => [row.display_name, row.username]).filter((name) => name !== null);
  expect(names.filter((name) => !Object.values(HOSTILE).includes(String(name)))).toEqual([]);
  const emails = await gateway.dependencies.query({ name: 'emails', text: 'SELECT email FROM users' }, []);
  expect(emails.map(({ email }) => email).filter((email) => Object.values(HOSTILE).includes(String(email)))).toEqual(
    [],
  );
  // One row for each account, and no email for an address that was rejected; `invalid` is the domain of decoys.
  const orphans = `SELECT recipient FROM outbox_messages WHERE recipient !~ '^[a-z0-9-]+@(example[.]com|invalid)$'`;
  expect(await gateway.dependencies.query({ name: 'orphans', text: orphans }, [])).toEqual([]);
});

it.each<[string, unknown]>([
  ['0', 0],
  ['-1', -1],
  ['101', 101],
  ['2147483647', 2_147_483_647],
  ['2147483648', 2_147_483_648],
  ['1e308', 1e308],
  ['1.5', 1.5],
  ['text', '20'],
  ['a list', [1, 2]],
  ['a boolean', true],
])('G10: a page of %s is refused', async (_what, first) => {
  const from = gateway.logLines.length;
  const answer = await gateway.send('query($first: Int) { mySessions(first: $first) { totalCount } }', { first }, ask);
  expect(answer.data?.mySessions ?? null).toBeNull();
  expect(['INPUT_INVALID', 'BAD_USER_INPUT']).toContain(answer.errors[0]?.extensions.code);
  await expectNoFault(answer, from);
});

it.each<[string, string]>([
  ['no JSON', '{"query": "{ me { id } }"'],
  ['nothing', ''],
  ['a text', '"{ me { id } }"'],
  ['null', 'null'],
  ['a number', '1'],
  ['an empty object', '{}'],
  ['an empty list', '[]'],
  ['a batch', '[{"query":"{ me { id } }"}]'],
  ['a query that is no text', '{"query":{"a":1}}'],
  ['an empty query', '{"query":""}'],
  ['variables as text', '{"query":"{ me { id } }","variables":"x"}'],
  ['variables as a list', '{"query":"{ me { id } }","variables":[1]}'],
  ['an operation name that is no text', '{"query":"{ me { id } }","operationName":{}}'],
  ['extensions that are no object', '{"query":"{ me { id } }","extensions":1}'],
  ['a prototype key', '{"query":"{ me { id } }","__proto__":{"admin":true}}'],
  ['a constructor key', '{"query":"{ me { id } }","constructor":{"prototype":{"admin":true}}}'],
  [
    'a prototype key in the input',
    JSON.stringify({ query: documentOf('login') }).replace(
      /}$/,
      ',"variables":{"input":{"__proto__":{"identifier":"a","password":"b"}}}}',
    ),
  ],
  [
    'unknown fields',
    JSON.stringify({
      query: documentOf('login'),
      variables: { input: { identifier: 'a', password: 'b', isAdmin: true } },
    }),
  ],
  ['missing variables', JSON.stringify({ query: documentOf('login') })],
  [
    'null for what is required',
    JSON.stringify({ query: documentOf('login'), variables: { input: { identifier: null, password: 'b' } } }),
  ],
  [
    'deep JSON',
    `{"query":${JSON.stringify(documentOf('login'))},"variables":{"input":${'{"a":'.repeat(15_000)}1${'}'.repeat(15_000)}}}`,
  ],
  [
    'a deep list in place of a text',
    `{"query":${JSON.stringify(documentOf('login'))},"variables":{"input":{"identifier":${'['.repeat(45_000)}${']'.repeat(45_000)},"password":"x"}}}`,
  ],
  [
    'a deep literal',
    JSON.stringify({ query: `mutation { login(input: ${'['.repeat(900)}${']'.repeat(900)}) { __typename } }` }),
  ],
  ['a NUL in the document', JSON.stringify({ query: '{ me { id\u0000 } }' })],
  [
    'half a surrogate in the document',
    JSON.stringify({ query: 'mutation { login(input: { identifier: "\\ud800", password: "x" }) { __typename } }' }),
  ],
  ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]).toString('latin1')],
])('G10: %s is refused with 400', async (_what, payload) => {
  const from = gateway.logLines.length;
  const response = await gateway.inject({
    method: 'POST',
    url: '/graphql',
    headers: { 'content-type': 'application/json' },
    payload,
  });
  expect(response.statusCode, response.body).toBe(400);
  expect(response.body.length).toBeLessThan(5_000);
  const lines = gateway.logLines.slice(from).map((line) => JSON.parse(line));
  expect(lines.filter((line) => line.level >= 40)).toEqual([]);
});
