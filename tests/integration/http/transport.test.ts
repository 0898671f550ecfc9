import { once } from 'node:events';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { sharedGateway, type TestGateway, testGateway } from '../../support/app.js';
import { signedInUser } from '../../support/email-change.js';
import { eventually } from '../../support/eventually.js';
import { newEmail, PASSWORD } from '../../support/journey.js';

let gateway: TestGateway;
let port: number;
beforeAll(async () => {
  gateway = await sharedGateway();
  await gateway.app.http.listen({ host: '127.0.0.1', port: 0 });
  port = (gateway.app.http.server.address() as AddressInfo).port;
});
afterAll(() => gateway.close());

async function accounts(): Promise<number> {
  return (await gateway.dependencies.query({ name: 'accounts', text: 'SELECT FROM users' }, [])).length;
}

const signup = (email: string) =>
  `mutation { signup(input: { email: "${email}", password: "${PASSWORD}" }) { __typename } }`;
const json = (query: string) => JSON.stringify({ query });

describe('C2: only what a browser must ask about first is run', () => {
  const query = () => signup(newEmail());
  const boundary = 'x-boundary';
  const multipart = () =>
    [
      `--${boundary}`,
      'content-disposition: form-data; name="operations"',
      '',
      json(query()),
      `--${boundary}--`,
      '',
    ].join('\r\n');
  it.each<[string, () => Parameters<TestGateway['inject']>[0], number]>([
    ['GET of a mutation', () => ({ method: 'GET', url: `/graphql?query=${encodeURIComponent(query())}` }), 405],
    [
      'GET of a query',
      () => ({ method: 'GET', url: '/graphql?query=%7Bme%7Bid%7D%7D', headers: { 'apollo-require-preflight': '1' } }),
      405,
    ],
    ['HEAD', () => ({ method: 'HEAD', url: '/graphql' }), 405],
    ['PUT', () => ({ method: 'PUT', url: '/graphql', payload: { query: query() } }), 405],
    ['PATCH', () => ({ method: 'PATCH', url: '/graphql', payload: { query: query() } }), 405],
    ['DELETE', () => ({ method: 'DELETE', url: '/graphql' }), 405],
    [
      'text/plain',
      () => ({ method: 'POST', url: '/graphql', headers: { 'content-type': 'text/plain' }, payload: json(query()) }),
      415,
    ],
    [
      'a form',
      () => ({
        method: 'POST',
        url: '/graphql',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        payload: `query=${encodeURIComponent(query())}`,
      }),
      415,
    ],
    [
      'a multipart form',
      () => ({
        method: 'POST',
        url: '/graphql',
        headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
        payload: multipart(),
      }),
      415,
    ],
    [
      'application/graphql',
      () => ({ method: 'POST', url: '/graphql', headers: { 'content-type': 'application/graphql' }, payload: query() }),
      415,
    ],
    [
      'a type that only begins alike',
      () => ({
        method: 'POST',
        url: '/graphql',
        headers: { 'content-type': 'application/jsonx' },
        payload: json(query()),
      }),
      415,
    ],
    [
      'a simple type with json as its parameter',
      () => ({
        method: 'POST',
        url: '/graphql',
        headers: { 'content-type': 'text/plain; application/json' },
        payload: json(query()),
      }),
      415,
    ],
    [
      'no content type',
      () => ({ method: 'POST', url: '/graphql', headers: { 'content-type': '' }, payload: json(query()) }),
      415,
    ],
    ['no body', () => ({ method: 'POST', url: '/graphql', headers: { 'content-type': 'application/json' } }), 400],
    ['no body and no type', () => ({ method: 'POST', url: '/graphql' }), 400],
    ['a batch', () => ({ method: 'POST', url: '/graphql', payload: [{ query: query() }, { query: query() }] }), 400],
  ])('%s', async (_what, options, status) => {
    const before = await accounts();
    const response = await gateway.inject(options());
    expect(response.statusCode, response.body).toBe(status);
    expect(await accounts()).toBe(before);
    expect(response.headers['cache-control']).toBe('no-store');
    if (status === 405) expect(response.headers.allow).toBe('POST, OPTIONS');
    if (status !== 400)
      expect(response.headers['content-type'] ?? '').toMatch(/^$|^application\/problem\+json; charset=utf-8$/);
  });

  it('JSON in POST is run, with and without a charset', async () => {
    for (const type of ['application/json', 'application/json; charset=utf-8']) {
      const response = await gateway.inject({
        method: 'POST',
        url: '/graphql',
        headers: { 'content-type': type },
        payload: json('{ me { id } }'),
      });
      expect(response.json()).toEqual({ data: { me: null } });
      expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
    }
  });
});

/** The status line and the whole text of a raw request. */
function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.setTimeout(5_000, () => socket.destroy(new Error(`No end: ${answer}`)));
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
  });
}

describe('A11: a client that never ends its request', () => {
  /** Sends a piece now and then until the other side closes; resolves with what was answered, or undefined where it stays open. */
  async function drip(at: number, head: string, piece: string): Promise<string | undefined> {
    const socket = connect(at, '127.0.0.1').on('error', () => undefined);
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.write(head);
    const dripping = setInterval(() => socket.writable && socket.write(piece), 100);
    const closed = new Promise<string>((resolve) => void socket.once('close', () => resolve(answer)));
    const open = sleep(12_000).then(() => undefined);
    return await Promise.race([closed, open]).finally(() => {
      clearInterval(dripping);
      socket.destroy();
    });
  }

  it('is cut off, in its headers and in its body', async () => {
    const own = await testGateway({ env: { REQUEST_TIMEOUT_MS: '800' } });
    await own.app.http.listen({ host: '127.0.0.1', port: 0 });
    const at = (own.app.http.server.address() as AddressInfo).port;
    const start = 'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
    const answers = await Promise.all([
      drip(at, start, 'X-A: b\r\n'),
      drip(at, `${start}Content-Length: 50000\r\n\r\n{"query":"`, ' '),
      drip(at, `${start}Transfer-Encoding: chunked\r\n\r\n`, '1\r\n \r\n'),
    ]);
    expect(answers).not.toContain(undefined);
    expect(answers[0]).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('is one of a bounded number of connections', async () => {
    const own = await testGateway({ env: { MAX_CONNECTIONS: '3' } });
    await own.app.http.listen({ host: '127.0.0.1', port: 0 });
    const at = (own.app.http.server.address() as AddressInfo).port;
    const sockets = Array.from({ length: 8 }, () => connect(at, '127.0.0.1').on('error', () => undefined));
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
    });
    await eventually(() => expect(sockets.filter(({ destroyed }) => destroyed)).toHaveLength(5));
    const dropped = () => own.logLines.filter((line) => line.includes('MAX_CONNECTIONS'));
    expect(dropped()).toHaveLength(1);
    for (const socket of sockets) socket.destroy();
    await eventually(async () => {
      expect((await fetch(`http://127.0.0.1:${at}/health/live`)).status).toBe(200);
    });
  });
});

describe('A11: connections that are kept and idle', () => {
  it('make room for others when the bound is reached', async () => {
    const own = await testGateway({ env: { MAX_CONNECTIONS: '2' } });
    await own.app.http.listen({ host: '127.0.0.1', port: 0 });
    const at = (own.app.http.server.address() as AddressInfo).port;
    const kept = [1, 2].map(() => connect(at, '127.0.0.1').on('error', () => undefined));
    onTestFinished(() => {
      for (const socket of kept) socket.destroy();
    });
    for (const socket of kept) {
      socket.write('GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n');
      await once(socket, 'data');
    }
    await eventually(async () => {
      expect((await fetch(`http://127.0.0.1:${at}/health/live`)).status).toBe(200);
    }, 10_000);
  });
});

describe('A11: many connections of one client', () => {
  const open = async (env: Record<string, string>) => {
    const own = await testGateway({ env: { MAX_CONNECTIONS: '100', ...env } });
    await own.app.http.listen({ host: '127.0.0.1', port: 0 });
    const at = (own.app.http.server.address() as AddressInfo).port;
    const sockets = Array.from({ length: 99 }, () =>
      connect({ port: at, host: '127.0.0.1', localAddress: '127.0.0.2' }).on('error', () => undefined),
    );
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
    });
    await eventually(() => expect(sockets.filter(({ connecting }) => connecting)).toEqual([]));
    return { own, at, sockets, closed: () => sockets.filter(({ destroyed }) => destroyed).length };
  };

  it('leave room for others', async () => {
    const { own, at, sockets, closed } = await open({});
    await eventually(() => expect(closed()).toBe(99 - 64));
    expect(own.logLines.filter((line) => line.includes('share of MAX_CONNECTIONS'))).toHaveLength(1);
    const others = await Promise.all(Array.from({ length: 20 }, () => fetch(`http://127.0.0.1:${at}/health/live`)));
    expect(others.map(({ status }) => status)).toEqual(others.map(() => 200));
    for (const socket of sockets) socket.destroy();
    await eventually(async () => {
      const again = connect({ port: at, host: '127.0.0.1', localAddress: '127.0.0.2' }).on('error', () => undefined);
      let answer = '';
      again.on('data', (text: Buffer) => {
        answer += text.toString();
      });
      again.write('GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
      await once(again, 'close');
      expect(answer).toContain('200 OK');
    });
  });

  it.each(['2001:db8:1:1::7 2001:db8:1:2::7', '2001:db8:1:1::7 2001:db8:1:ff02::7'])(
    'leave room for others, from whichever networks of one customer: %s',
    async (addresses) => {
      const { app } = await testGateway({ env: { MAX_CONNECTIONS: '100' } });
      await app.http.ready();
      const sockets = Array.from({ length: 99 }, (_, index) =>
        Object.assign(new PassThrough(), { remoteAddress: addresses.split(' ')[index % 2] }),
      );
      onTestFinished(() => {
        for (const socket of sockets) socket.destroy();
      });
      for (const socket of sockets) app.http.server.emit('connection', socket);
      expect(sockets.filter(({ destroyed }) => destroyed)).toHaveLength(99 - 64);
    },
  );

  it.each(['127.0.0.2', '1'])('are all kept where it is a proxy by TRUSTED_PROXIES=%s', async (TRUSTED_PROXIES) => {
    const { at, closed } = await open({ TRUSTED_PROXIES });
    expect((await fetch(`http://127.0.0.1:${at}/health/live`)).status).toBe(200);
    expect(closed()).toBe(0);
  });
});

describe('C10: addresses that people and programs try', () => {
  it('the API answers at /graphql/ too', async () => {
    const post = (url: string) =>
      gateway.inject({
        method: 'POST',
        url,
        headers: { 'content-type': 'application/json' },
        payload: json('{ me { id } }'),
      });
    expect((await post('/graphql/')).json()).toEqual({ data: { me: null } });
    expect((await post('/graphql//')).statusCode).toBe(404);
  });

  it('a password manager is led to the page of a new password', async () => {
    const url = '/.well-known/change-password';
    const { statusCode, headers } = await gateway.inject({ url });
    expect(statusCode).toBe(302);
    const page = new URL(String(headers.location), `http://localhost${url}`).pathname;
    expect((await gateway.inject({ url: page })).statusCode).toBe(200);
    const app = await testGateway({ env: { APP_URL: 'https://app.example.com/start' } });
    expect((await app.inject({ url })).headers.location).toBe('https://app.example.com/start/reset-password');
  });
});

describe('H3: methods and addresses', () => {
  it.each(['TRACE', 'TRACK', 'PROPFIND', 'DELETE', 'SEARCH'])(
    '%s is answered 405 or 400 at every address, and echoes nothing',
    async (method) => {
      for (const path of ['/graphql', '/health/live', '/.well-known/jwks.json']) {
        const answer = await raw(
          `${method} ${path} HTTP/1.1\r\nHost: x\r\nX-Canary: canary\r\nConnection: close\r\n\r\n`,
        );
        expect(answer).toMatch(method === 'TRACK' ? /^HTTP\/1\.1 400 / : /^HTTP\/1\.1 405 /);
        if (method !== 'TRACK') expect(answer).toMatch(/\r\nallow: (POST|GET, HEAD), OPTIONS\r\n/i);
        expect(answer).not.toContain('canary');
      }
    },
  );

  it('what is not there is 404, in the form of RFC 9457', async () => {
    for (const url of [
      '/administration',
      '/graphql//',
      '/GraphQL',
      '/.env',
      '/dev/mail/html/../../etc/passwd',
      '//graphql',
      '/ide/../package.json',
    ]) {
      const response = await gateway.inject({ url });
      expect(response.statusCode, url).toBe(404);
      expect(response.json()).toEqual({
        type: 'about:blank',
        title: 'Not Found',
        status: 404,
        requestId: response.headers['x-request-id'],
      });
    }
    expect((await gateway.inject({ url: '/%zz' })).statusCode).toBe(400);
  });

  it.each(['a b', '[', ':', 'x:port', 'a/b', '', 'xn--', '%', '"', `${'x'.repeat(8_000)}`])(
    'a host that is none is no fault: %j',
    async (host) => {
      const body = json('{ me { id } }');
      const head = `POST /graphql HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`;
      expect(await raw(head + body)).toMatch(/^HTTP\/1\.1 (200|4\d\d) /);
      const old = head.replace('HTTP/1.1', 'HTTP/1.0').replace(/Host: .*\r\n/, '');
      expect(await raw(old + body)).toMatch(/^HTTP\/1\.1 (200|4\d\d) /);
    },
  );

  it('C6: two Authorization headers that differ are no token, whichever stands first; blank ones do not count', async () => {
    const { accessToken } = await signedInUser(gateway);
    const right = `Bearer ${accessToken}`;
    const body = json('{ me { id } }');
    const me = async (...values: string[]) => {
      const lines = values.map((value) => `Authorization: ${value}\r\n`).join('');
      const head = `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${lines}Content-Length: ${body.length}\r\nConnection: close\r\n\r\n`;
      const answer = await raw(head + body);
      return /UNAUTHENTICATED/.test(answer) ? 'refused' : /"me":(null|\{)/.exec(answer)?.[1];
    };
    for (const values of [[right], [right, right], ['', right], [right, '  '], [`${right}\t`, right]]) {
      expect(await me(...values), values.join(' | ')).toBe('{');
    }
    for (const other of ['Bearer x', 'Basic dXNlcjpwYXNz', 'Bearer']) {
      expect([await me(right, other), await me(other, right)], other).toEqual(['refused', 'refused']);
    }
    for (const values of [[], [''], ['', ' ']]) expect(await me(...values)).toBe('null');
    for (const value of ['Bearer', 'Basic dXNlcjpwYXNz', `bearer  ${accessToken},x`])
      expect(await me(value)).toBe('refused');
    expect(await me(`bEARER   ${accessToken}`)).toBe('{');
  });

  it('a request that is no HTTP is refused', async () => {
    expect(await raw('nonsense\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    const badAddress = await raw('GET /%ff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    for (const answer of [await raw('nonsense\r\n\r\n'), badAddress]) {
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
      expect(answer).toMatch(/content-security-policy: default-src 'none'/i);
      expect(answer).toMatch(/x-content-type-options: nosniff/i);
      expect(answer).toMatch(/content-type: application\/problem\+json/i);
      expect(answer).not.toContain('%ff');
    }
    expect(await raw(`GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
  });
});

describe('bodies', () => {
  it('of 1 MB are 413, whether their length is told or not', async () => {
    const payload = json(`{ me { id } } # ${'x'.repeat(1_000_000)}`);
    const told = await gateway.inject({
      method: 'POST',
      url: '/graphql',
      headers: { 'content-type': 'application/json' },
      payload,
    });
    expect(told.statusCode).toBe(413);
    expect(told.json()).toMatchObject({ status: 413, title: 'Payload Too Large' });
    const status = await new Promise((resolve, reject) => {
      const chunked = request(
        {
          port,
          path: '/graphql',
          method: 'POST',
          headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
        },
        (answer) => resolve(answer.statusCode),
      );
      chunked.on('error', reject);
      chunked.end(payload);
    });
    expect(status).toBe(413);
  });
});
