import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../../src/lib/logger.js';
import { prettyLine, prettyStream } from '../../../src/lib/pretty-log.js';
import { sharedGateway, type TestGateway } from '../../support/app.js';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await sharedGateway({});
});
afterAll(() => gateway.close());

const get = (url: string, headers: Record<string, string> = {}) => gateway.inject({ method: 'GET', url, headers });

describe('D6: in development', () => {
  it('the page at / leads to everything, and each of its links answers', async () => {
    const { statusCode, headers, body } = await get('/');
    expect(statusCode).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    const links = [...body.matchAll(/href="([^"]+)"/g)].map(([, link = '']) => link);
    expect(links).toEqual(expect.arrayContaining(['ide', 'dev/mail', 'health/ready', '.well-known/jwks.json']));
    for (const link of links)
      expect({ link, status: (await get(`/${link}`)).statusCode }).toEqual({ link, status: 200 });
    expect(body).not.toMatch(/\{\{|style=|<script/);
  });

  it('the page at / is refused to foreign names', async () => {
    expect((await get('/', { host: 'rebound.example' })).statusCode).toBe(403);
  });

  it('a browser that opens the endpoint is led to the IDE, and a program is answered as before', async () => {
    const browser = await get('/graphql', { accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8' });
    expect({ status: browser.statusCode, to: browser.headers.location }).toEqual({ status: 303, to: 'ide' });
    expect((await get('/graphql', { accept: 'application/json' })).statusCode).toBe(405);
    expect((await get('/graphql')).statusCode).toBe(405);
  });
});

it('D6: what is polled is logged at debug, all else at info', async () => {
  const from = gateway.logLines.length;
  for (const url of ['/health/live', '/health/ready', '/dev/mail.json', '/.well-known/jwks.json']) await get(url);
  const lines = gateway.logLines.slice(from).map((line) => JSON.parse(line) as Record<string, unknown>);
  const levels = Object.fromEntries(
    lines.filter(({ msg }) => msg === 'answered').map(({ path, level }) => [path, level]),
  );
  expect(levels).toEqual({
    '/health/live': 20,
    '/health/ready': 20,
    '/dev/mail.json': 20,
    '/.well-known/jwks.json': 30,
  });
});

it('C10: a fragment that came as a part of the path stays out of the log', async () => {
  const from = gateway.logLines.length;
  await get('/report-session%23token=canary-of-a-token');
  expect(gateway.logLines.slice(from).join('\n')).not.toContain('canary-of-a-token');
});

it('D6: the log for people is one line, with the stack of an error below it', () => {
  const lines: string[] = [];
  const stream = prettyStream({ write: (line: string) => void lines.push(line) });
  const logger = createLogger('debug', stream);
  logger.info({ path: '/a b', status: 200, password: 'secret' }, 'answered');
  logger.error({ err: new Error('broken') }, 'an internal error');
  expect(lines[0]).toMatch(/^\S+\d\d:\d\d:\d\d\S+ INFO {2}answered .*path="\/a b" status=200 password=\[redacted\]/);
  expect(lines[0]?.match(/\n/g)).toHaveLength(1);
  expect(lines[1]).toMatch(/ERROR.*an internal error[\s\S]*broken\n\s+at /);
  expect(prettyLine('{"level":30,"time":"2026-11-21T05:00:00Z","msg":"x"}')).toContain('x');
});
