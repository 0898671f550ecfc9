import { readdirSync, readFileSync } from 'node:fs';
import { getIntrospectionQuery, parse, print, separateOperations } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sharedGateway, type TestGateway } from '../../support/app.js';
import { loggedIn, verifiedUser } from '../../support/journey.js';

let gateway: TestGateway;
let token: string;
beforeAll(async () => {
  gateway = await sharedGateway({ worker: true });
  const { email } = await verifiedUser(gateway);
  token = (await loggedIn(gateway, email)).accessToken;
});
afterAll(() => gateway.close());

const repeat = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ');
const nest = (depth: number, open: string, inner: string) => `${open} { `.repeat(depth) + inner + ' }'.repeat(depth);
/** Depth 10 is the last that passes: me is 1, and each inline fragment one more. */
const deep = (depth: number) => `{ me { ${nest(depth - 2, '... on User', 'id')} } }`;
const fragmentChain = (count: number) =>
  `{ me { ...f0 } } ${repeat(count, (index) => `fragment f${index} on User { ...f${index + 1} }`)} fragment f${count} on User { id }`;

/** 21 tokens more than the ids. */
const entities = (ids: number) =>
  `{ _entities(representations: [{ __typename: "User", id: [${repeat(ids, () => '1')}] }]) { __typename } }`;

async function ask(query: string) {
  const started = performance.now();
  const answer = await gateway.send(query, {}, { token });
  return { ...answer, milliseconds: performance.now() - started };
}

const limits: [string, { just: string; over: string; hundredfold: string; inFragments: string }][] = [
  ['depth', { just: deep(10), over: deep(11), hundredfold: deep(300), inFragments: fragmentChain(150) }],
  [
    'aliases',
    {
      just: `{ ${repeat(15, (index) => `a${index}: __typename`)} }`,
      over: `{ ${repeat(16, (index) => `a${index}: __typename`)} }`,
      hundredfold: `{ me { ${repeat(600, (index) => `a${index}: id`)} } }`,
      inFragments: `{ me { ...f } } fragment f on User { ...g } fragment g on User { ${repeat(16, (index) => `a${index}: id`)} }`,
    },
  ],
  [
    'directives',
    {
      just: `{ me { ${repeat(20, () => 'id @include(if: true)')} } }`,
      over: `{ me { ${repeat(21, () => 'id @include(if: true)')} } }`,
      hundredfold: `{ me { id ${repeat(300, () => '@skip(if: false)')} } }`,
      inFragments: `{ me { ...f } } fragment f on User { ${repeat(21, () => 'id @include(if: true)')} }`,
    },
  ],
  [
    'root fields',
    {
      just: `{ ${repeat(20, () => 'csrfToken')} }`,
      over: `{ ${repeat(21, () => 'csrfToken')} }`,
      hundredfold: `{ ${repeat(1_900, () => 'csrfToken')} }`,
      inFragments: `{ ...f ... on Query { ...f } } fragment f on Query { ${repeat(11, () => 'csrfToken')} }`,
    },
  ],
  [
    'cost',
    {
      // Two for each object and one for each scalar, times 1.5 with each level, times `first`: 19,999.25 and 20,004.5.
      just: '{ me { sessions(first: 3809) { totalCount } } }',
      over: '{ me { sessions(first: 3810) { totalCount } } }',
      hundredfold: '{ me { sessions(first: 2000000) { edges { node { id } } } } }',
      inFragments: '{ me { ...f } } fragment f on User { sessions(first: 100000) { nodes { id } } }',
    },
  ],
  [
    'tokens',
    {
      just: entities(1_979),
      over: entities(1_980),
      hundredfold: entities(30_000),
      inFragments: `{ ...f } fragment f on Query ${entities(1_975)}`,
    },
  ],
];

describe.each(limits)('G3: the limit of %s', (_name, { just, over, hundredfold, inFragments }) => {
  it('lets pass what keeps to it', async () => {
    const answer = await ask(just);
    expect(answer.status, answer.body).toBe(200);
    // That many sessions are more than a page may have, which is no matter of the document's limits.
    expect(answer.errors.filter(({ extensions }) => extensions.code !== 'INPUT_INVALID')).toEqual([]);
  });

  it.each([
    ['by one', over],
    ['a hundredfold', hundredfold],
    ['in fragments', inFragments],
  ])('is held where it is overrun %s, before anything runs', async (_how, query) => {
    const answer = await ask(query);
    expect(answer.status, answer.body).toBe(400);
    expect(answer.body).not.toMatch(/"data":\{/);
    expect(answer.errors.length).toBeGreaterThan(0);
    expect(answer.body.length).toBeLessThan(10_000);
    expect(answer.milliseconds).toBeLessThan(5_000);
  });
});

const sessionsOf = (aliases: number, page: string) =>
  repeat(aliases, (index) => `a${index}: mySessions${page} { nodes { id deviceName ipAddress } }`);

describe('G3: what lists cost is judged with the variables', () => {
  it.each<[string, string, Record<string, unknown>]>([
    ['by a literal', `{ ${sessionsOf(15, '(first: 100)')} }`, {}],
    ['by a variable', `query ($n: Int) { ${sessionsOf(15, '(first: $n)')} }`, { n: 100 }],
    ['by the default of a variable', `query ($n: Int = 100) { ${sessionsOf(15, '(first: $n)')} }`, {}],
    ['by the default of the schema', `{ ${sessionsOf(15, '')} }`, {}],
    ['by nulls', `query ($n: Int) { ${sessionsOf(15, '(first: $n)')} }`, { n: null }],
    ['inside of objects', `{ me { ${sessionsOf(3, '').replaceAll('mySessions', 'sessions')} } }`, {}],
    [
      'in fragments',
      `{ ...f ...g } fragment f on Query { ${sessionsOf(2, '')} } fragment g on Query { me { sessions { totalCount } } }`,
      {},
    ],
    [
      'of several kinds',
      '{ mySessions { totalCount } myAuditEvents { nodes { id } } me { sessions { totalCount } } }',
      {},
    ],
  ])('refuses more than two lists, asked for %s', async (_how, query, variables) => {
    const answer = await gateway.send(query, variables, { token });
    expect(answer.status, answer.body).toBe(400);
    expect(answer.body).not.toMatch(/"data":\{/);
    expect(answer.errors.map(({ extensions }) => extensions.validationErrorCode)).toEqual(['OPERATION_LIMIT_EXCEEDED']);
  });

  const FIELDS =
    'id deviceName deviceType browser operatingSystem ipAddress city country rememberMe isCurrent createdAt';
  const wide = (argument: string) =>
    `{ me { sessions${argument} { ${repeat(6, (index) => `n${index}: nodes { ${FIELDS} }`)} } } }`;

  it.each<[string, string, Record<string, unknown>]>([
    ['a literal', wide('(first: 100)'), {}],
    ['a variable', `query ($n: Int) ${wide('(first: $n)')}`, { n: 100 }],
    ['the default of a variable', `query ($n: Int = 100) ${wide('(first: $n)')}`, {}],
    ['a variable past the largest page', `query ($n: Int) ${wide('(first: $n)')}`, { n: 2_000_000_000 }],
    [
      'one variable, with another below zero beside it',
      `query ($n: Int, $m: Int) { me { a: sessions(first: $m) { totalCount } } ...f } fragment f on Query ${wide('(first: $n)')}`,
      { n: 100, m: -2_000_000_000 },
    ],
    [
      'one of two members of a union',
      `mutation ($n: Int) { logout { ... on LogoutSuccess { sessionId } } exchangeToken(input: { token: "x" }) {
        ... on LoginSuccess { user { ...f } } } } fragment f on User ${wide('(first: $n)').slice(4, -1)}`,
      { n: 100 },
    ],
  ])('refuses a page that costs too much, asked for by %s', async (_how, query, variables) => {
    const answer = await gateway.send(query, variables, { token });
    expect(answer.status, answer.body).toBe(400);
    expect(answer.errors.map(({ extensions }) => extensions.validationErrorCode)).toEqual(['OPERATION_LIMIT_EXCEEDED']);
    expect(answer.body).not.toMatch(/"data":\{/);
  });

  it('X2: an operation that is refused while it waits for its turn keeps nothing from the next', async () => {
    const read = () => gateway.send(`query ($n: Int) ${wide('(first: $n)')}`, { n: 40 }, { token });
    const headers = { origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' };
    const foreign = `mutation ($n: Int) { exchangeToken(input: { token: "x" }) {
      ... on LoginSuccess { user ${wide('(first: $n)').replace('{ me', '').slice(0, -1)} } } }`;
    expect((await read()).status).toBe(200);
    // The place of the one before still rests.
    const refused = await gateway.send(foreign, { n: 40 }, { headers });
    expect(refused.status, refused.body).toBe(403);
    expect((await read()).status).toBe(200);
  });

  it('lets pass a page of the same shape that is small enough', async () => {
    const answer = await gateway.send(`query ($n: Int) ${wide('(first: $n)')}`, { n: 10 }, { token });
    expect(answer.errors).toEqual([]);
  });

  it('counts a list once that several fragments select', async () => {
    const spread = repeat(5, (index) => `...f${index}`);
    const fragments = repeat(5, (index) => `fragment f${index} on User { sessions(first: 20) { nodes { id } } }`);
    const answer = await gateway.send(`{ me { ${spread} } } ${fragments}`, {}, { token });
    expect(answer.errors).toEqual([]);
    expect(answer.status).toBe(200);
  });
});

it('G3: fragments that double with each step are refused as quickly', async () => {
  const fragments = repeat(120, (index) => `fragment f${index} on Query { ...f${index + 1} ...f${index + 1} }`);
  const answer = await ask(`{ ...f0 } ${fragments} fragment f120 on Query { authConfig { codeLength } }`);
  expect(answer.status, answer.body).toBe(400);
  expect(answer.milliseconds).toBeLessThan(5_000);
});

it('G3: more fragments than a screen has are refused before they are compared with each other', async () => {
  const document = (count: number) =>
    `{ me { ${repeat(count, (index) => `...f${index}`)} } } ${repeat(count, (index) => `fragment f${index} on User { id }`)}`;
  expect((await ask(document(50))).status).toBe(200);
  const answer = await ask(document(51));
  expect(answer.status, answer.body).toBe(400);
  expect(answer.errors).toEqual([
    {
      message: 'A document may contain at most 50 fragments.',
      extensions: expect.objectContaining({
        code: 'GRAPHQL_VALIDATION_FAILED',
        validationErrorCode: 'OPERATION_LIMIT_EXCEEDED',
      }),
    },
  ]);
});

it('G3: introspection that goes round in circles is refused', async () => {
  const circle = nest(5, 'fields { type', 'name').replaceAll('name }', 'name } }');
  const answer = await ask(`{ __schema { types { ${circle} } } }`);
  expect(answer.status, answer.body).toBe(400);
});

it('G3: the usual introspection query passes', async () => {
  const answer = await ask(
    getIntrospectionQuery({ descriptions: true, inputValueDeprecation: true, specifiedByUrl: true }),
  );
  expect(answer.status).toBe(200);
  expect(answer.errors).toEqual([]);
});

it('G3: every operation of a client passes', async () => {
  const folder = new URL('../../../operations/', import.meta.url);
  const names = readdirSync(folder, { encoding: 'utf8', recursive: true }).filter((name) => name.endsWith('.graphql'));
  const texts = names.map((name) => readFileSync(new URL(name, folder), 'utf8'));
  const operations = Object.entries(separateOperations(parse(texts.join('\n'))));
  expect(operations.length).toBeGreaterThan(10);
  for (const [name, document] of operations) {
    const answer = await gateway.send(print(document), { input: {}, id: 'x', token: 'x' });
    // What is left to object to is the empty input and the missing token; the limits come before both.
    const objections = answer.errors.filter(
      ({ message, extensions }) => !message.startsWith('Variable "$input"') && extensions.code !== 'UNAUTHENTICATED',
    );
    expect(objections, name).toEqual([]);
  }
});

it('refuses a subscription before execution', async () => {
  const { status, errors } = await gateway.send('subscription { me { id } }');
  expect(status).toBe(400);
  expect(errors.map(({ message }) => message)).toContain('Subscriptions are not supported.');
});

it.each([
  ['spread side by side', (name: string) => repeat(200, () => `...${name}`)],
  ['spread in inline fragments', (name: string) => repeat(120, () => `... on User { ...${name} }`)],
])('G3: a list in fragments that are %s is judged at once', async (_how, spread) => {
  const query = `{ me { ${spread('f0')} } } fragment f0 on User { ${spread('f1')} }
    fragment f1 on User { ...f2 } fragment f2 on User { sessions { totalCount } }`;
  const usual = await ask('{ me { sessions { totalCount } } }');
  const answer = await ask(query);
  expect(answer.errors.map(({ extensions }) => extensions.code)).not.toContain('INTERNAL_SERVER_ERROR');
  expect(answer.milliseconds).toBeLessThan(usual.milliseconds + 2_000);
});

it('G3: batches of entities hide no list from the count, and no cost', async () => {
  const empty = repeat(4, (index) => `e${index}: _entities(representations: []) { __typename }`);
  const lists = repeat(5, (index) => `a${index}: mySessions(first: 100) { nodes { id } }`);
  const answer = await ask(`{ ${empty} ${lists} }`);
  expect(answer.status, answer.body).toBe(400);
  expect(answer.errors.map(({ extensions }) => extensions.validationErrorCode)).toEqual(['OPERATION_LIMIT_EXCEEDED']);
});

it.each([
  ['a list of representations', 'query ($x: [_Any!] = []) { _entities(representations: $x) { __typename } }'],
  ['a representation', 'query ($x: _Any = 1) { _entities(representations: [$x]) { __typename } }'],
  [
    'an input',
    'mutation ($x: ResendVerificationInput = { email: "a@example.com" }) { resendVerification(input: $x) { __typename } }',
  ],
  ['a condition', 'query ($x: Boolean = true) { me { id @include(if: $x) } }'],
])('G7: null in place of the default of %s is bad input, and no fault', async (_what, query) => {
  const answer = await gateway.send(query, { x: null }, { token });
  expect(answer.errors.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
});
