import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { noLocations, openLocations } from '../../../src/lib/locations.js';
import { createLogger } from '../../../src/lib/logger.js';
import { eventually } from '../../support/eventually.js';
import { type MmdbValue, mmdb } from '../../support/mmdb.js';

const NOWHERE = { city: null, country: null };
const vienna = { city: { names: { de: 'Wien', en: 'Vienna' } }, country: { iso_code: 'AT', names: { en: 'Austria' } } };
const graz = { city: { names: { en: 'Graz' } }, country: { iso_code: 'AT' } };

/** The locations of a file that is removed with the test, and what is logged about them. */
async function opened(content: Buffer) {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-mmdb-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'city.mmdb');
  const lines: string[] = [];
  const logger = createLogger('info', { write: (line: string) => void lines.push(line) });
  writeFileSync(path, content);
  const locations = await openLocations({ path, logger }, 20);
  onTestFinished(() => locations.close());
  const replace = (next: Buffer) => {
    writeFileSync(`${path}.new`, next);
    renameSync(`${path}.new`, path);
  };
  return { ...locations, path, lines, replace };
}

const placeOf = async (value: MmdbValue) => (await opened(mmdb({ '203.0.113.0/24': value }))).locate('203.0.113.1');

it('finds IPv4 and IPv6 addresses in whatever way they are written', async () => {
  const { locate } = await opened(
    mmdb({ '203.0.113.0/25': vienna, '203.0.113.128/25': graz, '2001:db8:1::/48': graz }),
  );
  for (const address of ['203.0.113.1', '203.0.113.127', '::ffff:203.0.113.1', '::ffff:cb00:7101']) {
    expect(locate(address), address).toEqual({ city: 'Vienna', country: 'AT' });
  }
  for (const address of ['203.0.113.128', '2001:db8:1::7', '2001:DB8:1:0:ffff::1%eth0']) {
    expect(locate(address), address).toEqual({ city: 'Graz', country: 'AT' });
  }
});

it('knows nothing of other addresses, and of what is no address', async () => {
  const { locate, lines } = await opened(mmdb({ '203.0.113.0/24': vienna, '2001:db8:1::/48': graz }));
  const others = [
    null,
    '',
    '203.0.114.1',
    '2001:db8:2::1',
    '::1',
    '127.0.0.1',
    'localhost',
    '203.0.113',
    '\u0000',
    'x:y',
  ];
  for (const address of others) expect(locate(address), String(address)).toEqual(NOWHERE);
  expect(noLocations.locate('203.0.113.1')).toEqual(NOWHERE);
  expect(lines).toEqual([]);
});

it('takes no IPv6 address for one of a database that has IPv4 alone', async () => {
  const { locate } = await opened(mmdb({ '32.0.0.0/4': vienna }, 4));
  expect(locate('32.1.13.184')).toEqual({ city: 'Vienna', country: 'AT' });
  expect(locate('2001:db8::1')).toEqual(NOWHERE);
});

it.each<[string, MmdbValue, { city: string | null; country: string | null }]>([
  ['a country alone', { country: { iso_code: 'AT' } }, { city: null, country: 'AT' }],
  ['plain names', { city: 'Vienna', country: 'AT' }, { city: 'Vienna', country: 'AT' }],
  [
    'a code beside a name',
    { city: 'Vienna', country: 'Austria', country_code: 'AT' },
    { city: 'Vienna', country: 'AT' },
  ],
  ['a city without an English name', { city: { names: { de: 'Wien' } } }, NOWHERE],
  ['neither', { autonomous_system_number: 64_496 }, NOWHERE],
  ['something else', { city: 7, country: ['AT'] }, NOWHERE],
  ['a text', 'Vienna', NOWHERE],
  ['a city too long for its column', { city: '😀'.repeat(64) }, { city: '😀'.repeat(64), country: null }],
  [
    'control characters',
    { city: ' Vi\u0000en\r\nna ', country: { iso_code: 'A\u0000' } },
    { city: 'Vi en na', country: null },
  ],
  ['nothing but blanks', { city: ' \n ' }, NOWHERE],
])('reads an entry with %s', async (_name, value, place) => expect(await placeOf(value)).toEqual(place));

it('cuts a long name between characters', async () => {
  // 260 bytes are as much as the writer can put into one text.
  expect((await placeOf({ city: 'x'.repeat(260) })).city).toBe('x'.repeat(100));
});

it('uses a file that takes the place of the first', async () => {
  const { locate, replace, lines } = await opened(mmdb({ '203.0.113.0/24': vienna }));
  expect(locate('203.0.113.1').city).toBe('Vienna');
  replace(mmdb({ '203.0.113.0/24': graz }));
  await eventually(() => expect(locate('203.0.113.1').city).toBe('Graz'));
  expect(lines.join()).toContain('the location database was replaced');
});

it('goes on with the old file when the new one is broken or gone, and takes the next good one', async () => {
  const { locate, replace, path, lines } = await opened(mmdb({ '203.0.113.0/24': vienna }));
  const isTold = (times: number) =>
    eventually(() => expect(lines.filter((line) => line.includes('the old one stays in use'))).toHaveLength(times));
  replace(Buffer.from('no database at all'));
  await isTold(1);
  expect(locate('203.0.113.1').city).toBe('Vienna');
  rmSync(path);
  await isTold(2);
  expect(locate('203.0.113.1').city).toBe('Vienna');
  replace(mmdb({ '203.0.113.0/24': graz }));
  await eventually(() => expect(locate('203.0.113.1').city).toBe('Graz'));
});

it('a damaged entry is told once and throws at nobody', async () => {
  const database = mmdb({ '203.0.113.0/24': vienna });
  database.fill(0xff, database.indexOf('Wien') - 16, database.indexOf('Vienna') + 30);
  const { locate, lines } = await opened(database);
  expect(locate('203.0.113.1')).toEqual(NOWHERE);
  expect(locate('203.0.113.1')).toEqual(NOWHERE);
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['the location database is damaged']);
});

it.each([
  ['empty', Buffer.alloc(0)],
  ['of another kind', Buffer.from('PK\u0003\u0004 nothing of the sort')],
  ['packed', Buffer.from([0x1f, 0x8b, 0x08, 0, 0, 0])],
  ['cut off', mmdb({ '203.0.113.0/24': vienna }).subarray(0, -40)],
])('refuses to open a file that is %s', async (_name, content) => {
  await expect(opened(content)).rejects.toThrow();
});
