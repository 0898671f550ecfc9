import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type FencedBlock, fencedBlocks } from '../support/fenced-blocks.js';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

const pages = [
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md'],
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' }).map((name) => join('docs', name)),
].filter((name) => name.endsWith('.md'));

/** Languages of a block that a reader types into a shell, or that says nothing of what it is. */
const OTHER_SHELLS = ['', 'sh', 'shell', 'zsh', 'console', 'terminal'];

const blocksOf = (page: string) => fencedBlocks(readFileSync(page, 'utf8'));
const shellBlocks: [place: string, block: FencedBlock][] = pages.flatMap((page) =>
  blocksOf(page)
    .filter(({ language }) => language === 'bash')
    .map((block): [string, FencedBlock] => [`${page}:${block.line}`, block]),
);

/** What is left of a command line without its quoted texts, where a `#` means nothing. */
const unquoted = (text: string) => text.replace(/\\.|'[^']*'|"(?:\\.|[^"\\])*"/gs, 'x');

/** The anchor of a heading, as GitHub makes it. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');

function anchorsOf(page: string): string[] {
  return [...readFileSync(page, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));
}

describe('D5: README and docs in a shell as they are', () => {
  test.each(pages)('%s names the language of each block, and bash for a shell', (page) => {
    for (const { language, line } of blocksOf(page))
      expect({ line, language }).not.toMatchObject({
        language: expect.toSatisfy((name: string) => OTHER_SHELLS.includes(name)),
      });
  });

  test('there are blocks to look at', () => expect(shellBlocks.length).toBeGreaterThan(15));

  test.each(shellBlocks)('%s parses, and has no comment, which zsh takes for arguments', (_place, { text }) => {
    const { status, stderr } = spawnSync('bash', ['-n'], { input: text, encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(unquoted(text)).not.toMatch(/(^|\s)#/);
  });

  test.each(pages)('%s names npm scripts and files of the build that exist', (page) => {
    const text = readFileSync(page, 'utf8');
    const named = [...text.matchAll(/\bnpm run\s+(?:--silent\s+)?([\w:-]+)/g)].map(([, name]) => name);
    expect(named.filter((name) => scripts[name ?? ''] === undefined)).toEqual([]);
    const built = [...text.matchAll(/\bdist\/([\w/-]+)\.js/g)].map(([, name]) => name);
    expect(built.filter((name) => !existsSync(`src/${name}.ts`))).toEqual([]);
  });

  test.each(pages)('%s links to what exists', (page) => {
    const targets = [...readFileSync(page, 'utf8').matchAll(/\]\((?!https?:)([^)\s]*)\)/g)].map(
      ([, target = '']) => target,
    );
    const dead = targets.filter((target) => {
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? page : join(dirname(page), path);
      return !existsSync(file) || (anchor !== undefined && !anchorsOf(file).includes(anchor));
    });
    expect(dead).toEqual([]);
  });

  test('each row of SECURITY.md is proven by tests that bear its id', () => {
    const table = readFileSync('SECURITY.md', 'utf8').split('### Defences')[1]?.split('###')[0] ?? '';
    const named = [...table.matchAll(/^\| ([A-Z]+\d[^|]*?) \|/gm)].flatMap(([, ids = '']) => ids.split(', '));
    const ids = named.flatMap((range) => {
      const [, letters = '', first = '', last = first] = /^([A-Z]+)(\d+)(?:–[A-Z]+(\d+))?$/.exec(range) ?? [];
      return Array.from({ length: Number(last) - Number(first) + 1 }, (_, step) => letters + (Number(first) + step));
    });
    const tests = readdirSync('tests', { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => readFileSync(join('tests', name), 'utf8'))
      .join('\n');
    expect(ids.length).toBeGreaterThan(40);
    expect(ids.filter((id) => !new RegExp(`(['"\`]|, )${id}(, [A-Z]+\\d+)*: `).test(tests))).toEqual([]);
  });

  test('the contents list of the README has every chapter', () => {
    const text = readFileSync('README.md', 'utf8');
    const chapters = [...text.matchAll(/^## (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));
    const listed = [...(text.split('## Contents')[1]?.split('\n## ')[0] ?? '').matchAll(/\(#([^)]+)\)/g)].map(
      ([, anchor]) => anchor,
    );
    expect(listed).toEqual(chapters.filter((anchor) => anchor !== 'contents'));
  });
});
