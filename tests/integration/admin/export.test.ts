import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { LogoutDocument } from '../../generated/operations.js';
import { rows } from '../../support/accounts.js';
import { sharedGateway, type TestGateway, testGateway } from '../../support/app.js';
import { eventually } from '../../support/eventually.js';
import { type StaffMember, staffMember } from '../../support/staff.js';

let gateway: TestGateway;
let admin: StaffMember;
let address: string;

const SEED = `
  INSERT INTO users (id, email, display_name, role, password_hash, password_changed_at, email_verified_at, created_at, updated_at)
  SELECT gen_random_uuid(), ? || i || '@export.example', ?, 'user', 'x', now(), now(), timestamptz '2020-01-01' + i * interval '1 second', now()
  FROM generate_series(1, ?) i RETURNING id`;

beforeAll(async () => {
  gateway = await sharedGateway();
  admin = await staffMember(gateway, 'admin');
});
afterAll(() => gateway.close());

async function download(path: string, token: string | null = admin.token, method: 'GET' | 'HEAD' | 'POST' = 'GET') {
  const headers = token === null ? {} : { authorization: `Bearer ${token}` };
  return await gateway.app.http.inject({ method, url: `/admin/export/${path}`, headers });
}

/** Reads a file as RFC 4180 says. */
function cells(csv: string): string[][] {
  expect(csv.endsWith('\r\n')).toBe(true);
  const pattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  const lines: string[][] = [[]];
  for (const [, quoted, plain, end] of csv.matchAll(pattern)) {
    lines.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end === '\r\n') lines.push([]);
  }
  return lines.slice(0, -1);
}

const recorded = async () =>
  (
    await rows<{ metadata: Record<string, unknown>; success: boolean }>(
      gateway,
      "SELECT metadata, success FROM audit_events WHERE type = 'ADMIN_EXPORT' ORDER BY created_at DESC, id",
    )
  ).map(({ metadata, success }): Record<string, unknown> => ({ ...metadata, success }));

describe('an export', () => {
  const NAMES = ['=1+1', '+1', '-1', '@SUM(A1)', ' =1', '|calc', '＝1', 'a "quoted", cell', 'Zoë 🦊'];

  it('has every account that the filter selects, with cells that no spreadsheet runs', async () => {
    for (const [index, name] of NAMES.entries()) await rows(gateway, SEED, [`formula${index}-`, name, 1]);
    const answer = await download('users.csv?text=formula&twoFactor=false');
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([
      200,
      'text/csv; charset=utf-8; header=present',
    ]);
    expect(answer.headers['content-disposition']).toBe('attachment; filename="users.csv"');
    expect(answer.headers['cache-control']).toBe('no-store');
    const [head = [], ...lines] = cells(answer.body);
    const names = lines.map((line) => line[head.indexOf('displayName')] ?? '');
    expect(names.toSorted()).toEqual(
      NAMES.map((name) => (/^[\s]*[=+\-@|＝]/.test(name) ? `'${name}` : name)).toSorted(),
    );
    expect(new Set(lines.map((line) => line.length))).toEqual(new Set([head.length]));
    const [end, begin] = (await recorded()).toSorted((one) => ('rows' in one ? -1 : 1));
    expect(begin).toEqual({ file: 'users.csv', filters: 'text,twoFactor', success: true });
    expect(end).toEqual({ ...begin, rows: NAMES.length, isComplete: true });
  });

  it('goes beyond one batch without loss or repeat, as lines of JSON too', async () => {
    await rows(gateway, SEED, ['batch', 'Many', 1_201]);
    const answer = await download('users.ndjson?text=batch');
    const users = answer.body
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: string; email: string });
    expect(new Set(users.map(({ email }) => email)).size).toBe(1_201);
    expect(users).toHaveLength(1_201);
    expect(Object.keys(users[0] ?? {})).not.toContain('passwordHash');
  });

  it('of audit events has the filters of the list', async () => {
    const answer = await download(`audit-events.ndjson?types=LOGIN,SIGN_UP&userId=${admin.id}&success=true`);
    const events = answer.body
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events.map(({ type }) => type)).toEqual(['LOGIN', 'SIGN_UP']);
    const csv = cells((await download(`audit-events.csv?types=LOGIN&types=SIGN_UP&userId=${admin.id}`)).body);
    expect(csv.slice(1).map((line) => line[2])).toEqual(['LOGIN', 'SIGN_UP']);
    expect(csv[0]).toContain('metadata');
  });

  it.each([
    'users.csv?text=a',
    'users.csv?twoFactor=maybe',
    'users.csv?createdFrom=yesterday',
    'users.csv?text=ab&text=cd',
    'users.csv?no=1',
    'audit-events.csv?userId=x',
    'audit-events.csv?types=login',
  ])('refuses %s', async (path) => {
    const { statusCode, headers, body } = await download(path);
    expect([statusCode, headers['content-type']]).toEqual([400, 'application/problem+json; charset=utf-8']);
    const refused = JSON.parse(body) as { code: string; fields: { path: string[] }[] };
    expect([refused.code, refused.fields[0]?.path[0]]).toEqual(['INPUT_INVALID', 'filter']);
  });

  it('is for an admin who signed in recently, by the header alone', async () => {
    const support = await staffMember(gateway, 'support');
    const gone = await staffMember(gateway, 'admin');
    await rows(gateway, "UPDATE users SET role = 'user' WHERE id = ? RETURNING id", [gone.id]);
    const asks = [null, 'no.such.token', support.token, gone.token];
    const answers = await Promise.all(asks.map((token) => download('users.csv', token)));
    expect(answers.map(({ statusCode, body }) => [statusCode, (JSON.parse(body) as { code: string }).code])).toEqual([
      [401, 'UNAUTHENTICATED'],
      [401, 'UNAUTHENTICATED'],
      [403, 'FORBIDDEN'],
      [403, 'FORBIDDEN'],
    ]);
    expect(answers[0]?.headers['www-authenticate']).toBe('Bearer');
    expect((await download(`users.csv?access_token=${admin.token}`, null)).statusCode).toBe(401);
    expect((await download('users.csv', admin.token, 'HEAD')).statusCode).toBe(405);
    expect((await recorded()).filter(({ success }) => !success)).toHaveLength(2);
    gateway.clock.advance(650);
    const stale = await download('users.csv');
    expect([stale.statusCode, (JSON.parse(stale.body) as { code: string }).code]).toEqual([
      403,
      'REAUTHENTICATION_REQUIRED',
    ]);
  });
});

/** Begins to read a long export over a real connection. */
async function beginReading(member: StaffMember) {
  const controller = new AbortController();
  const headers = { authorization: `Bearer ${member.token}` };
  const { status, body } = await fetch(`${address}/admin/export/users.csv`, { headers, signal: controller.signal });
  const reader = body?.getReader();
  await reader?.read();
  const readOn = async () => {
    while ((await reader?.read())?.done === false);
  };
  return { status, hangUp: () => controller.abort(), readOn };
}

async function expectCutOff(actorId: string, of = gateway): Promise<void> {
  await eventually(async () => {
    const text = "SELECT metadata FROM audit_events WHERE actor_id = ? AND metadata->'rows' IS NOT NULL";
    const found = await rows<{ metadata: { rows: number } }>(of, text, [actorId]);
    expect(found).toMatchObject([{ metadata: { isComplete: false } }]);
    expect(found[0]?.metadata.rows).toBeLessThan(30_000);
  });
}

describe('a long export', () => {
  beforeAll(async () => {
    await rows(gateway, SEED, ['long', 'x'.repeat(100), 30_000]);
    address = await gateway.app.http.listen({ port: 0, host: '127.0.0.1' });
  });

  it.each([
    ['is demoted', "role = 'user'"],
    ['is disabled', 'disabled_at = now()'],
  ])('is cut off once its reader %s', async (_what, change) => {
    const member = await staffMember(gateway, 'admin');
    const { status, readOn } = await beginReading(member);
    expect(status).toBe(200);
    await rows(gateway, `UPDATE users SET ${change} WHERE id = ? RETURNING id`, [member.id]);
    await expect(readOn()).rejects.toThrow();
    await expectCutOff(member.id);
  });

  it('is cut off after ten minutes', async () => {
    const member = await staffMember(gateway, 'admin');
    const { readOn } = await beginReading(member);
    const now = performance.now.bind(performance);
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now() + 600_001);
    onTestFinished(() => clock.mockRestore());
    await expect(readOn()).rejects.toThrow();
    await expectCutOff(member.id);
  });

  it('is cut off once its session has ended', async () => {
    const member = await staffMember(gateway, 'admin');
    const { readOn } = await beginReading(member);
    const out = await gateway.ask(LogoutDocument, {}, { token: member.token });
    expect(out.data.logout.__typename).toBe('LogoutSuccess');
    await expect(readOn()).rejects.toThrow();
    await expectCutOff(member.id);
  });

  it('stops when its reader hangs up, and two run at once', async () => {
    const member = await staffMember(gateway, 'admin');
    const before = (await recorded()).filter(({ isComplete }) => isComplete === false).length;
    const running = [await beginReading(member), await beginReading(member)];
    expect(running.map(({ status }) => status)).toEqual([200, 200]);
    expect((await beginReading(member)).status).toBe(429);
    for (const { hangUp } of running) hangUp();
    await eventually(async () => {
      const ends = (await recorded()).filter(({ isComplete }) => isComplete === false);
      expect(ends).toHaveLength(before + 2);
      for (const end of ends) expect(Number(end.rows)).toBeLessThan(30_000);
    });
    const after = await beginReading(member);
    expect(after.status).toBe(200);
    after.hangUp();
  });

  it('gives its place back after ten minutes if its reader no longer reads', async () => {
    const member = await staffMember(gateway, 'admin');
    const real = setTimeout;
    const shortened = (act: () => void, delay?: number) => real(act, delay === 600_000 ? 500 : delay);
    const timer = vi.spyOn(globalThis, 'setTimeout').mockImplementation(shortened as typeof setTimeout);
    onTestFinished(() => timer.mockRestore());
    const { readOn } = await beginReading(member);
    await expectCutOff(member.id);
    await expect(readOn()).rejects.toThrow();
    timer.mockRestore();
    const after = [await beginReading(member), await beginReading(member)];
    expect(after.map(({ status }) => status)).toEqual([200, 200]);
    for (const { hangUp } of after) hangUp();
  });
});

it('does not keep a closing process from ending if nobody reads it, and its end is recorded', async () => {
  const closing = await testGateway();
  const member = await staffMember(closing, 'admin');
  for (const name of ['one', 'two', 'three']) await rows(closing, SEED, [name, 'x'.repeat(100), 10_000]);
  address = await closing.app.http.listen({ port: 0, host: '127.0.0.1' });
  const { readOn } = await beginReading(member);
  await closing.app.http.close();
  await expectCutOff(member.id, closing);
  await expect(readOn()).rejects.toThrow();
});
