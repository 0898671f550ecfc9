import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { fencedBlocks } from '../support/fenced-blocks.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const PACKAGE = resolve('packages/apollo-client/src');
const pages = ['README.md', ...readdirSync('docs').map((name) => join('docs', name))].filter((name) =>
  name.endsWith('.md'),
);
const codeOf = (page: string) =>
  fencedBlocks(readFileSync(page, 'utf8')).filter(({ language }) => /^[jt]sx$|^ts$/.test(language));

/** Modules that a reader has installed, as far as the pages use them. */
const FRAMEWORKS = `
declare module 'next/headers' { export function cookies(): Promise<{ get(name: string): { value: string } | undefined }>; }
declare module 'next/navigation' {
  export function redirect(path: string): never;
  export function useRouter(): { replace(path: string): void; refresh(): void };
}
declare module 'next/server' {
  export class NextResponse extends Response { static next(init?: { request?: { headers?: Headers } }): NextResponse; }
}
declare module 'react-native' {
  export const AppState: { addEventListener(type: 'change', listener: (state: string) => void): { remove(): void } };
}
declare module 'expo-secure-store' {
  export function getItemAsync(key: string): Promise<string | null>;
  export function setItemAsync(key: string, value: string): Promise<void>;
  export function deleteItemAsync(key: string): Promise<void>;
}
`;

const RENAME = `mutation Rename($input: UpdateProfileInput!) {
  updateProfile(input: $input) { __typename ... on ProfileUpdated { user { id createdAt } } ... on AuthProblem { code } }
}`;

const COMPILER_OPTIONS = {
  target: 'es2022',
  lib: ['es2024', 'dom', 'dom.iterable'],
  module: 'esnext',
  moduleResolution: 'bundler',
  jsx: 'react-jsx',
  strict: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  resolveJsonModule: true,
  esModuleInterop: true,
  skipLibCheck: true,
  noEmit: true,
  types: [],
  paths: {
    '@gatehouse/apollo-client': [`${PACKAGE}/index.ts`],
    '@gatehouse/apollo-client/*': [`${PACKAGE}/*`, `${PACKAGE}/*/index`],
  },
};

const folder = temporaryDirectory('docs-code');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Writes each block of a page into a file: under the name in its first line, or under one of its own. */
function writeBlocks(page: string): void {
  const place = join(folder, basename(page, '.md'));
  for (const { language, text, line } of codeOf(page)) {
    const name = /^\/\/ ([\w./[\]-]+\.tsx?)$/m.exec(text.split('\n')[0] ?? '')?.[1] ?? `line-${line}.${language}`;
    mkdirSync(dirname(join(place, name)), { recursive: true });
    writeFileSync(join(place, name), text);
  }
  mkdirSync(place, { recursive: true });
  cpSync('tests/generated/possible-types.json', join(place, 'possible-types.json'));
}

describe('the code in README and docs', () => {
  test('is TypeScript, of which there is enough to look at', () => {
    const languages = pages.flatMap((page) => codeOf(page).map(({ language }) => language));
    expect(languages.filter((language) => language === 'jsx')).toEqual([]);
    expect(languages.length).toBeGreaterThan(15);
  });

  test('has settings for GraphQL Code Generator that write the types of an app', () => {
    const [yaml] = fencedBlocks(readFileSync('docs/react.md', 'utf8')).filter(({ language }) => language === 'yaml');
    const place = join(folder, 'codegen');
    mkdirSync(join(place, 'src'), { recursive: true });
    writeFileSync(join(place, 'src/rename.graphql'), RENAME);
    writeFileSync(join(place, 'codegen.yml'), yaml?.text ?? '');
    cpSync('schema.graphql', join(place, 'schema.graphql'));
    symlinkSync(resolve('node_modules'), join(place, 'node_modules'));
    const codegen = resolve('node_modules/.bin/graphql-codegen');
    const { status, stderr } = spawnSync(codegen, ['--config', 'codegen.yml'], { cwd: place, encoding: 'utf8' });
    expect({ status, stderr }).toMatchObject({ status: 0 });
    const written = readFileSync(join(place, 'src/generated/operations.ts'), 'utf8');
    expect(written).toContain('export const RenameDocument');
    expect(written).toContain("TypedDocumentNode as DocumentNode } from '@apollo/client'");
    expect(written).toContain('createdAt: string | null');
  }, 60_000);

  test('compiles', () => {
    for (const page of pages) writeBlocks(page);
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'frameworks.d.ts'), FRAMEWORKS);
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: COMPILER_OPTIONS }));
    const { stdout } = spawnSync(process.execPath, [resolve('node_modules/typescript/bin/tsc'), '-p', folder], {
      encoding: 'utf8',
    });
    expect(stdout).toBe('');
  }, 60_000);
});
