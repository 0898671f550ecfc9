import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { loadTemplates } from '../../src/mail/render.js';
import { settingsSchema } from '../../src/settings/schema.js';
import { settingNotes } from '../../src/settings/setting.js';
import { loadSettings, SettingsError } from '../../src/settings.js';
import { makeCertificates } from '../support/certificates.js';
import { mmdb } from '../support/mmdb.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const root = temporaryDirectory('files');

function file(name: string, content: string | Buffer): string {
  writeFileSync(join(root, name), content);
  return join(root, name);
}

function folder(name: string, ...files: string[]): string {
  mkdirSync(join(root, name), { recursive: true });
  for (const each of files) writeFileSync(join(root, name, each), '');
  return join(root, name);
}

symlinkSync(join(root, 'loop'), join(root, 'loop'));
const missing = join(root, 'missing');
const below = join(file('plain', 'x'), 'below');
const empty = folder('empty');
const other = folder('other', 'readme.md', '21BD.txt');
const { ca, certificate, key } = makeCertificates(temporaryDirectory('certificate'), 'DNS:localhost');
const text = file('text.pem', 'nothing of the sort');
const damaged = file('damaged.pem', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
const asMmdb = (name: string, content: string | Buffer) => file(`${name}.mmdb`, content);
const url = (path: string) => pathToFileURL(path).href;

interface FileSetting {
  /** The setting's text, from the path that it names. */
  write: (path: string) => string;
  right: string[];
  /** A path, and why it is refused. */
  wrong: [path: string, reason: RegExp][];
}

const UNREADABLE: FileSetting['wrong'] = [
  [missing, /\(ENOENT\)/],
  [below, /\(ENOTDIR\)/],
  [join(root, 'loop'), /\(ELOOP\)/],
];

function tls(name: string, base: string): Record<string, FileSetting> {
  const query = (part: string, more = '') => ({
    write: (path: string) => `${base}?${more}${part}=${encodeURIComponent(path)}`,
  });
  const certificates: FileSetting['wrong'] = [
    [empty, /it is a folder/],
    [text, /is not a certificate in PEM format/],
    [key, /is not a certificate in PEM format/],
    [damaged, /contains a damaged certificate/],
  ];
  return {
    [`${name} sslrootcert`]: {
      ...query('sslrootcert'),
      right: [ca, 'system'],
      wrong: [...UNREADABLE, ...certificates],
    },
    [`${name} sslcert`]: {
      ...query('sslcert', `sslkey=${key}&`),
      right: [certificate],
      wrong: [...UNREADABLE, ...certificates],
    },
    [`${name} sslkey`]: {
      ...query('sslkey', `sslcert=${certificate}&`),
      right: [key],
      wrong: [...UNREADABLE, [empty, /it is a folder/], [certificate, /is not a private key in PEM format/]],
    },
  };
}

const settings: Record<string, FileSetting> = {
  ...tls('DATABASE_URL', 'postgres://user@db.example/x'),
  ...tls('DATABASE_DIRECT_URL', 'postgres://user@db.example/x'),
  ...tls('REDIS_URL', 'rediss://cache.example'),
  HIBP_BASE_URL: {
    write: (path) => path,
    right: [folder('ranges', '21BD1'), folder('texts', '00000.txt'), url(folder('ranges')), 'https://ranges.example'],
    wrong: [
      ...UNREADABLE,
      [below, /\(ENOTDIR\)/],
      [join(root, 'plain'), /\(ENOTDIR\)/],
      [url(missing), /\(ENOENT\)/],
      [empty, /a folder without range files/],
      [url(other), /a folder without range files/],
      ...[
        'file:ranges',
        'file:./ranges',
        'file://other.example/ranges',
        'file:///%zz',
        'file:///a%2Fb',
        'file:///a?b',
      ].map((wrong): [string, RegExp] => [wrong, /must be a file: URL of this machine/]),
      ...['ranges', './ranges', 'ftp://a.example', 'smb://share', 'https://', 'https://a.example/?x', 'C:\\ranges'].map(
        (wrong): [string, RegExp] => [wrong, /must be an http.* or the absolute path of a folder/],
      ),
    ],
  },
  GEOIP_DATABASE: {
    write: (path) => path,
    right: [asMmdb('city', mmdb({}))],
    wrong: [
      [`${missing}.mmdb`, /\(ENOENT\)/],
      [`${below}.mmdb`, /\(ENOTDIR\)/],
      [folder('folder.mmdb'), /it is a folder/],
      [asMmdb('text', 'nothing of the sort'), /is not an \.mmdb database/],
      [asMmdb('nothing', ''), /is not an \.mmdb database/],
      [text, /must be the path of an \.mmdb file/],
    ],
  },
  MAIL_TEMPLATES: {
    write: (path) => path,
    right: [empty],
    wrong: [...UNREADABLE, [join(root, 'plain'), /\(ENOTDIR\)/], ['file:///templates', /not a URL/]],
  },
  SECRET_KEY_FILE: {
    write: (path) => path,
    right: [file('secret', 'q7Rk2ZtW9xLm4BvN8sPd1FhJ6gYc3TuE\n')],
    wrong: [...UNREADABLE, [empty, /\(EISDIR\)/], [file('no-secret', '\n'), /is empty/]],
  },
};

function problemsOf(name: string, value: string): string[] {
  try {
    loadSettings({ NODE_ENV: 'test', [name.split(' ')[0] ?? '']: value });
    return [];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.message
      .split('\n')
      .slice(1)
      .map((line) => line.trim());
  }
}

describe('C11: a setting that names a file or a folder', () => {
  test.each(Object.entries(settings))('%s', (name, { write, right, wrong }) => {
    for (const path of right) expect(problemsOf(name, write(path)), path).toEqual([]);
    for (const [path, reason] of wrong) {
      const lines = problemsOf(name, write(path));
      expect(lines, path).toEqual([
        expect.stringMatching(new RegExp(`^${name.split(' ')[0]} .{9,}; for example: \\S`)),
      ]);
      expect(lines[0], path).toMatch(reason);
      if (path.startsWith(root)) expect(lines[0]).not.toContain(root);
    }
  });

  test('is in the table', () => {
    const described = Object.entries(settingsSchema(false).shape).filter(([, type]) =>
      /\b(?:file|folder|sslrootcert)\b/i.test(settingNotes.get(type)?.description ?? ''),
    );
    const names = new Set(Object.keys(settings).map((name) => name.split(' ')[0]));
    // The folder of the gateway's own data is made where it is missing.
    expect(described.map(([name]) => name).filter((name) => !names.has(name))).toEqual(['DATA_DIR']);
  });

  test.each(['DATABASE_URL', 'REDIS_URL'])('%s needs a certificate and its key together', (name) => {
    const base = name === 'REDIS_URL' ? 'rediss://cache.example' : 'postgres://db.example/x';
    for (const query of [`sslcert=${certificate}`, `sslkey=${key}`]) {
      expect(problemsOf(name, `${base}?${query}`)).toEqual([
        expect.stringMatching(/must set sslcert and sslkey together/),
      ]);
    }
  });

  test('MAIL_TEMPLATES: what is wrong with its files is said with the setting, the reason and an example', () => {
    const look = (path: string, content: string) => {
      const mailTemplates = temporaryDirectory('templates');
      mkdirSync(join(mailTemplates, 'en/verify-email'), { recursive: true });
      if (content === '/') mkdirSync(join(mailTemplates, path));
      else writeFileSync(join(mailTemplates, path), content);
      return { brandColor: '#0d6b5e', mailTemplates };
    };
    const wrong: [path: string, content: string, reason: string][] = [
      ['en/verify-email/sbject.txt', 'x', 'unknown file in the folder: en/verify-email/sbject.txt'],
      ['en/verify-email/body.txt', '{{nickname}}', 'names an unknown variable: nickname'],
      ['en/verify-email/body.html', '<script>x</script>', 'unknown block: script'],
      ['en/verify-email/body.html', '/', 'body.html cannot be read (EISDIR)'],
      ['layout.html', '{{slot:nothing}}', ''],
    ];
    for (const [path, content, reason] of wrong) {
      const load = () => loadTemplates(look(path, content));
      expect(load, path).toThrow(reason);
      expect(load, path).toThrow(/^MAIL_TEMPLATES cannot be used: .+; .*for example: \S/);
    }
  });
});
