import { describe, expect, it } from 'vitest';
import { LoginDocument, RefreshDocument, VerifyEmailDocument } from '../../generated/operations.js';
import { quickUser } from '../../support/accounts.js';
import { type Ask, type TestGateway, testGateway } from '../../support/app.js';
import { loggedIn, verifiedUser } from '../../support/journey.js';

/** Whether a try is refused. */
async function isRefused(gateway: TestGateway, identifier: string, ask: Ask = {}): Promise<boolean> {
  const { data } = await gateway.ask(LoginDocument, { input: { identifier, password: 'wrong' } }, ask);
  return data.login.__typename === 'AuthRateLimitProblem';
}

/** What is left for the client. */
async function clientLeft(gateway: TestGateway, from: string, headers: Record<string, string> = {}): Promise<number> {
  const answer = await gateway.send('{ csrfToken }', {}, { from, headers });
  return Number(/;r=(\d+);t=\d+$/.exec(String(answer.headers.ratelimit))?.[1]);
}

describe('X1: the account that a try counts for', () => {
  it('is the same however its name is written', async () => {
    const gateway = await testGateway({ env: { RATE_LIMITS: 'login:account=4/1h' } });
    const spellings = [
      'bob@example.com',
      'Bob@Example.COM',
      ' bob@example.com ',
      '\tBOB@example.com',
      '\u00a0bob@example.com',
    ];
    const found = [];
    for (const [index, spelling] of spellings.entries()) {
      found.push(await isRefused(gateway, spelling, { from: `192.0.2.${index}` }));
    }
    expect(found).toEqual([false, false, false, false, true]);
    expect(await isRefused(gateway, 'bob@example.org')).toBe(false);
  });

  it('is held over any number of client addresses', async () => {
    const gateway = await testGateway({ env: { RATE_LIMITS: 'on' } });
    const types = [];
    for (let index = 0; index < 12; index += 1) {
      const input = { identifier: 'victim@example.com', password: 'wrong' };
      const { data } = await gateway.ask(LoginDocument, { input }, { from: `198.51.100.${index}` });
      types.push(data.login.__typename);
    }
    expect(types.indexOf('AuthRateLimitProblem')).toBe(10);
    expect(types.filter((type) => type === 'AuthRateLimitProblem')).toHaveLength(2);
  });

  it('E4: has the same figures, known or not', async () => {
    const gateway = await testGateway({ worker: true, env: { RATE_LIMITS: 'on' } });
    const { email } = await verifiedUser(gateway);
    const seen = async (identifier: string, from: string) => {
      const answers = [];
      for (let index = 0; index < 12; index += 1) {
        const { data, headers, status } = await gateway.ask(
          LoginDocument,
          { input: { identifier, password: 'wrong' } },
          { from },
        );
        const limits = String(headers.ratelimit).replace(/;t=\d+/g, '');
        const times = { retryAfterSeconds: undefined, lockedUntil: undefined };
        const problem = { ...data.login, ...times };
        answers.push({ status, problem, limits, policy: headers['ratelimit-policy'] });
      }
      return answers;
    };
    expect(await seen(email, '192.0.2.50')).toEqual(await seen('nobody@example.com', '192.0.2.51'));
  });

  it('of verification is the address, folded alike', async () => {
    const gateway = await testGateway({ env: { RATE_LIMITS: 'verifyEmail:email=1/1h' } });
    const verify = async (email: string, from: string) =>
      (await gateway.ask(VerifyEmailDocument, { input: { email, code: '000000' } }, { from })).data.verifyEmail;
    expect(await verify('a@example.com', '192.0.2.1')).toMatchObject({ code: 'CODE_INVALID' });
    expect(await verify('A@EXAMPLE.com ', '192.0.2.2')).toMatchObject({ code: 'RATE_LIMITED' });
  });
});

describe('X2: the client that a try counts for', () => {
  it('is one address of IPv4, also written as IPv6, and a /64 of IPv6', async () => {
    const gateway = await testGateway({ env: { RATE_LIMITS: 'on' } });
    expect(await clientLeft(gateway, '192.0.2.1')).toBe(99);
    expect(await clientLeft(gateway, '::ffff:192.0.2.1')).toBe(98);
    expect(await clientLeft(gateway, '::ffff:c000:201')).toBe(97);
    expect(await clientLeft(gateway, '192.0.2.2')).toBe(99);
    expect(await clientLeft(gateway, '2001:db8:1:2::1')).toBe(99);
    expect(await clientLeft(gateway, '2001:db8:1:2:ffff:ffff:ffff:ffff')).toBe(98);
    expect(await clientLeft(gateway, '2001:db8:1:3::1')).toBe(99);
    expect(await clientLeft(gateway, 'fe80::1%eth0')).toBe(99);
    expect(await clientLeft(gateway, 'fe80::2%eth1')).toBe(98);
  });

  it('is not what a forwarding header says while no proxy is trusted', async () => {
    const gateway = await testGateway({ env: { RATE_LIMITS: 'on' } });
    const forwarded = { 'x-forwarded-for': '203.0.113.1', forwarded: 'for=203.0.113.1', 'x-real-ip': '203.0.113.1' };
    expect(await clientLeft(gateway, '192.0.2.1', forwarded)).toBe(99);
    expect(await clientLeft(gateway, '192.0.2.1', { 'x-forwarded-for': '203.0.113.2' })).toBe(98);
    expect(await clientLeft(gateway, '203.0.113.1')).toBe(99);
  });

  it('is what a trusted proxy says, and the nearest stranger where others are named', async () => {
    const gateway = await testGateway({ env: { RATE_LIMITS: 'on', TRUSTED_PROXIES: '10.0.0.0/8' } });
    const via = (addresses: string, from = '10.1.2.3') => clientLeft(gateway, from, { 'x-forwarded-for': addresses });
    expect(await via('203.0.113.1')).toBe(99);
    expect(await via('203.0.113.1, 10.9.9.9')).toBe(98);
    expect(await via('6.6.6.6, 203.0.113.1')).toBe(97);
    expect(await via('203.0.113.1', '192.0.2.9')).toBe(99);
    expect(await via('203.0.113.2', '192.0.2.9')).toBe(98);
  });

  const V4 = [
    ...['203.0.113.1', '203.0.113.1:443', '"203.0.113.1"', '"203.0.113.1:1"', ' 203.0.113.1:65535 ', "'203.0.113.1'"],
    ...["'203.0.113.1:443'", '203.0.113.1:', '\t203.0.113.1\t', '" 203.0.113.1 "', '[203.0.113.1]:9', '203.0.113.1:0'],
    ...['[::ffff:203.0.113.1]:9', '::ffff:203.0.113.1', '[::ffff:203.0.113.1%eth0]:9', '::FFFF:203.0.113.1:443'],
    ...['::ffff:cb00:7101', '0:0:0:0:0:FFFF:CB00:7101', '"[::ffff:cb00:7101]:"'],
  ];
  const V6 = [
    ...['2001:db8::1', '[2001:db8::1]', '[2001:db8::1]:80', '"[2001:db8::1]:443"', '"2001:db8::1"', "'2001:db8::1'"],
    ...['[2001:db8::1]:', '[2001:db8::1', '2001:db8::1%eth0', '[2001:db8::1%25eth0]:1', '2001:DB8::1', '[2001:DB8::A]'],
    ...['2001:0db8:0000:0000:0000:0000:0000:0001', "'[2001:db8::1]:443'", '\t[2001:db8::1]\t'],
  ];
  const NONE = [
    ...[
      'unknown',
      '_hidden',
      '',
      ' ',
      '"',
      "'",
      '""',
      '"203.0.113.1',
      "203.0.113.1'",
      '203.0.113.1 6.6.6.6',
      '[]',
      '[',
      ':80',
    ],
    ...['999.1.1.1', '203.0.113', '0203.0.113.1', '203.0.113.01', '0xcb.0.113.1', '3405803777', '203.0.113.1/32', '-'],
    ...[
      '203.0.113.1:99999',
      '203.0.113.1:x',
      '203.0.113.1:1:2',
      '[2001:db8::1]x',
      '[2001:db8::1]:99999',
      '2001:db8::1]',
    ],
    ...['2001:db8::1::2', 'for=203.0.113.1', 'unix:', 'localhost', '٢٠٣.0.113.1', 'x'.repeat(2_000), '.'.repeat(8_000)],
  ];
  /** How often each of the spellings was counted for one client and no other. */
  const countedAlike = async (texts: readonly string[], left: (text: string) => Promise<number>) => {
    const found = [];
    for (const text of texts) found.push(`${text.slice(0, 50)} ${await left(text)}`);
    expect(found).toEqual(texts.map((text, index) => `${text.slice(0, 50)} ${99 - index}`));
  };

  it('is found however a proxy writes its address', async () => {
    const gateway = await testGateway({ env: { RATE_LIMITS: 'on', TRUSTED_PROXIES: 'private' } });
    const via = (addresses: string) => clientLeft(gateway, '10.1.2.3', { 'x-forwarded-for': addresses });
    const chains = ['203.0.113.1:5,10.9.9.9:443', '6.6.6.6, "203.0.113.1:7", [fd00::2]:80, 192.168.0.4:1, 100.64.1.1'];
    await countedAlike([...V4, ...chains, "'6.6.6.6',\t203.0.113.1:, '10.9.9.9' ,[fd00::2"], via);
    await countedAlike(V6, via);
    expect(await via('203.0.113.2:443')).toBe(99);
  });

  it('is the nearest trusted hop, never what stands further away, where a proxy names no address', async () => {
    const gateway = await testGateway({ env: { RATE_LIMITS: 'on', TRUSTED_PROXIES: 'private' } });
    const from = (peer: string) => (text: string) => clientLeft(gateway, peer, { 'x-forwarded-for': text });
    await countedAlike(NONE, from('10.1.2.3'));
    await countedAlike(
      NONE.map((text, index) => `203.0.113.${index}, ${text}`),
      from('10.1.2.4'),
    );
    await countedAlike(
      NONE.map((text, index) => `203.0.113.${index}, ${text}, 10.9.9.9:80`),
      from('10.1.2.5'),
    );
    expect(await clientLeft(gateway, '10.1.2.3')).toBe(99 - NONE.length);
    expect(await clientLeft(gateway, '10.9.9.9')).toBe(99 - NONE.length);
  });

  it('is that of the header that the setting names, and the other is ignored', async () => {
    const env = { RATE_LIMITS: 'on', TRUSTED_PROXIES: 'private', FORWARDED_HEADER: 'Forwarded' };
    const gateway = await testGateway({ env });
    const via = (forwarded: string, peer = '10.1.2.3') =>
      clientLeft(gateway, peer, { forwarded, 'x-forwarded-for': '6.6.6.6' });
    const quoted = [
      'for="203.0.113.1"',
      'For="203.0.113.1:443";proto=https',
      'for="\\203.0.113.1"',
      'host="a b";for=203.0.113.1;',
    ];
    const bare = [...V4.filter((text) => !text.includes('"') && !text.includes(' ')).map((text) => `for=${text}`)];
    const chains = ['for=6.6.6.6, for=203.0.113.1;by=10.9.9.9, for="[fd00::2]:80";proto=http'];
    await countedAlike([...quoted, ...bare, ...chains], via);
    await countedAlike(
      ['for="[2001:db8::1]:443"', 'for=[2001:db8::1]:', 'for=2001:DB8::1', 'FOR = "[2001:db8::1"'],
      via,
    );
    const bad = [
      'for=unknown',
      'for="_gazonk"',
      'for=',
      'proto=https',
      '',
      'for=1.1.1.1;for=2.2.2.2',
      'for="1.1.1.1',
      '1.1.1.1',
    ];
    const injected = [
      'for=6.6.6.6;x=", for="unknown"',
      'for=6.6.6.6;x="\\", for=_x',
      'for="6.6.6.6, for=203.0.113.300',
    ];
    await countedAlike([...bad, ...bad.map((text) => `for=203.0.113.9,${text}`), ...injected], (text) =>
      via(text, '10.1.2.4'),
    );
    expect(await via('for="6.6.6.6;x=, for="[2001:db8::2]"', '10.1.2.5')).toBe(95);
    expect(await clientLeft(gateway, '10.1.2.6', { 'x-forwarded-for': '203.0.113.1' })).toBe(99);
  });

  it('is as many hops away as the setting says', async () => {
    const gateway = await testGateway({ env: { RATE_LIMITS: 'on', TRUSTED_PROXIES: '2' } });
    const via = (addresses: string) => clientLeft(gateway, '198.51.100.4', { 'x-forwarded-for': addresses });
    expect(await via('203.0.113.1, 198.51.100.9')).toBe(99);
    expect(await via('6.6.6.6, 203.0.113.1:80, 198.51.100.10')).toBe(98);
    expect(await via('203.0.113.1')).toBe(97);
    expect(await clientLeft(gateway, '198.51.100.4')).toBe(99);
  });

  it('is that of the peer where the header is not read, which is warned about once', async () => {
    const warnings = ({ logLines }: TestGateway) =>
      logLines.map((line) => JSON.parse(line)).filter(({ msg }) => String(msg).startsWith('a forwarding header is'));
    const open = await testGateway({ env: { RATE_LIMITS: 'on' } });
    expect(await clientLeft(open, '192.0.2.1')).toBe(99);
    expect(warnings(open)).toEqual([]);
    for (const index of [1, 2, 3]) await clientLeft(open, '192.0.2.1', { 'x-forwarded-for': `203.0.113.${index}` });
    expect(warnings(open)).toEqual([
      expect.objectContaining({ level: 40, peer: '192.0.2.1', reason: expect.stringContaining('TRUSTED_PROXIES') }),
    ]);
    const behind = await testGateway({ env: { RATE_LIMITS: 'on', TRUSTED_PROXIES: 'loopback' } });
    expect(await clientLeft(behind, '::1', { 'x-forwarded-for': '203.0.113.1' })).toBe(99);
    expect(warnings(behind)).toEqual([]);
    expect(await clientLeft(behind, '::1', { forwarded: 'for=203.0.113.1' })).toBe(99);
    expect(warnings(behind)).toEqual([
      expect.objectContaining({ peer: '::1', reason: expect.stringContaining('only x-forwarded-for') }),
    ]);
    const silent = await testGateway({ env: { RATE_LIMITS: 'on', TRUSTED_PROXIES: 'loopback' } });
    expect(await clientLeft(silent, '::1', { 'x-forwarded-for': '203.0.113.1, unknown' })).toBe(99);
    expect(warnings(silent)).toEqual([
      expect.objectContaining({ peer: '::1', reason: expect.stringContaining('is no IP address') }),
    ]);
  });

  it('is never a fault, whatever a proxy writes', async () => {
    const gateway = await testGateway({ worker: true, env: { TRUSTED_PROXIES: '10.0.0.0/8' } });
    const { email } = await verifiedUser(gateway);
    for (const text of NONE.slice(-6)) {
      const input = { identifier: email, password: 'Correct-Horse-7-Staple' };
      const ask = { from: '10.1.2.3', headers: { 'x-forwarded-for': text } };
      const { data, body } = await gateway.ask(LoginDocument, { input }, ask);
      expect(data?.login.__typename, body).toBe('LoginSuccess');
    }
  });
});

describe('X2: an IPv6 customer with many networks of /64', () => {
  it('has twice the tries of one in a /56 and four times in a /48', async () => {
    const gateway = await testGateway({ env: { RATE_LIMITS: 'csrfToken=3/1h' } });
    const ask = async (from: string) => (await gateway.send('{ csrfToken }', {}, { from })).status;
    const statuses = async (count: number, addressOf: (index: number) => string) => {
      const seen = [];
      for (let index = 0; index < count; index += 1) seen.push(await ask(addressOf(index)));
      return seen.filter((status) => status === 200).length;
    };
    expect(await statuses(10, (index) => `2001:db8:1:1${index}::1`)).toBe(6);
    expect(await statuses(20, (index) => `2001:db8:1:${(index + 2).toString(16)}00::1`)).toBe(6);
    expect(await statuses(20, (index) => `2001:db8:2:${index.toString(16)}00::1`)).toBe(12);
    expect(await ask('2001:db8:3::1')).toBe(200);
    expect(await statuses(5, (index) => `192.0.2.${index}`)).toBe(5);
  });
});

describe('X1: a refresh without a token', () => {
  it('counts for nobody, while a forged one counts for its client', async () => {
    const gateway = await testGateway({ env: { RATE_LIMITS: 'on' } });
    const none = await gateway.ask(RefreshDocument, {});
    expect(none.data.refresh).toMatchObject({ code: 'REFRESH_REJECTED' });
    expect(none.headers.ratelimit).toBeUndefined();
    const forged = await gateway.ask(RefreshDocument, { input: { refreshToken: 'A'.repeat(112) } });
    expect(forged.headers.ratelimit).toMatch(/"refresh-session";r=59;/);
  });
});

describe('X1: reading lists', () => {
  const reads: [field: string, text: string][] = [
    ['mySessions', '{ mySessions { totalCount } }'],
    ['myAuditEvents', '{ myAuditEvents { nodes { id } } }'],
    ['sessions', '{ me { sessions { totalCount } } }'],
  ];
  const everyLimit = (window: string, scope = '') => reads.map(([field]) => `${field}${scope}=${window}`).join(',');
  const codes = async (gateway: TestGateway, text: string, token: string, from: string) =>
    (await gateway.send(text, {}, { token, from })).errors.map(({ extensions }) => extensions.code);
  const tokenOf = async (gateway: TestGateway) =>
    (await loggedIn(gateway, (await quickUser(gateway)).email)).accessToken;

  it.each(reads)('of %s is limited for each user, and tells no figures before it refuses', async (_field, text) => {
    const gateway = await testGateway({ env: { RATE_LIMITS: everyLimit('3/1h') } });
    const [ada, bob] = [await tokenOf(gateway), await tokenOf(gateway)];
    const hosts = ['1', '2', '3', '4', '5'];
    const answers = await Promise.all(
      hosts.map((host) => gateway.send(text, {}, { token: ada, from: `192.0.2.${host}` })),
    );
    const refused = answers.filter(({ errors }) => errors.length > 0);
    expect(refused.map(({ errors }) => errors[0]?.extensions.code)).toEqual(['RATE_LIMITED', 'RATE_LIMITED']);
    expect(refused.map(({ headers }) => 'ratelimit' in headers)).toEqual([true, true]);
    const passed = answers.filter(({ errors }) => errors.length === 0);
    expect(passed.map(({ headers }) => 'ratelimit' in headers)).toEqual([false, false, false]);
    expect(await codes(gateway, text, bob, '192.0.2.1')).toEqual([]);
  });

  it.each(reads)('of %s is limited for the client, whoever of its users reads', async (_field, text) => {
    const gateway = await testGateway({ env: { RATE_LIMITS: everyLimit('3/1h', ':client') } });
    for (let count = 0; count < 3; count += 1) {
      expect(await codes(gateway, text, await tokenOf(gateway), '192.0.2.1')).toEqual([]);
    }
    expect(await codes(gateway, text, await tokenOf(gateway), '192.0.2.1')).toEqual(['RATE_LIMITED']);
    expect(await codes(gateway, text, await tokenOf(gateway), '192.0.2.2')).toEqual([]);
  });

  it('counts once for all that one request reads below its users', async () => {
    const gateway = await testGateway({ env: { RATE_LIMITS: 'sessions=1/1h' } });
    const { id, email } = await quickUser(gateway);
    const { accessToken } = await loggedIn(gateway, email);
    const representations = Array.from({ length: 50 }, () => ({ __typename: 'User', id }));
    const text = `query ($representations: [_Any!]!) {
      _entities(representations: $representations) { ... on User { sessions { totalCount } } } }`;
    expect((await gateway.send(text, { representations }, { token: accessToken })).errors).toEqual([]);
    expect(await codes(gateway, reads[2]?.[1] ?? '', accessToken, '192.0.2.1')).toEqual(['RATE_LIMITED']);
  });

  it('has a limit for the client beside that of the user in the operations of users', async () => {
    const gateway = await testGateway({
      env: { RATE_LIMITS: 'revokeSession=1/1h,signup=99/1h,verifyEmail=99/1h,login=99/1h' },
    });
    const revoke = async () => {
      const answer = await gateway.send(
        'mutation { revokeSession(id: "x") { __typename } }',
        {},
        { token: await tokenOf(gateway) },
      );
      return (answer.data as { revokeSession: { __typename: string } }).revokeSession.__typename;
    };
    const outcomes = [];
    for (let count = 0; count < 11; count += 1) outcomes.push(await revoke());
    expect(outcomes.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 'AuthNotFoundProblem'));
    expect(outcomes[10]).toBe('AuthRateLimitProblem');
  });
});
