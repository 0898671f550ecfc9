import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createBareProject } from './support/packed.js';

const project = createBareProject();
afterAll(() => project.remove());

interface Manifest {
  name: string;
  exports: Record<string, string | { types: string; default: string }>;
  publishConfig: unknown;
}

const manifest: Manifest = JSON.parse(
  readFileSync(join(project.folder, 'node_modules/@gatehouse/apollo-client/package.json'), 'utf8'),
);
const entries = Object.keys(manifest.exports).filter((entry) => entry !== './package.json');
const nameOf = (entry: string) => entry.replace('.', manifest.name);

/** An app that uses a part of every entry, as its users write it. */
const APP = `
import { createAuthSession, createGatehouseClient, isProblem, matchResult, possibleTypes, typePolicies, type AuthState } from '@gatehouse/apollo-client';
import { AuthProvider, RequireAuth, useAuthMutation, useSession } from '@gatehouse/apollo-client/react';
import { LoginDocument, operationManifest, type LoginMutation } from '@gatehouse/apollo-client/operations';
import { possibleTypes as same } from '@gatehouse/apollo-client/possible-types';
import { typePolicies as samePolicies } from '@gatehouse/apollo-client/type-policies';
import { codegenConfig } from '@gatehouse/apollo-client/codegen';
import { createFakeGateway, fakeSession, MockAuthProvider, problem } from '@gatehouse/apollo-client/testing';
import { deviceTokenLink, secureStore } from '@gatehouse/apollo-client/native';
import { readSession, sessionMiddleware, sessionProxy } from '@gatehouse/apollo-client/next';

const { client, session } = createGatehouseClient({ uri: 'https://auth.example.com/graphql' });
const state: AuthState = session.getState();
createAuthSession({ uri: '/graphql', delivery: { tokens: { get: async () => null, set: async () => {} } } });

function Page() {
  const { status, signOut } = useSession();
  const [login, { member, fields, secondsLeft, busy }] = useAuthMutation(LoginDocument);
  const submit = async () => {
    const result = await login({ input: { identifier: 'ada', password: 'p' } });
    const text: string = matchResult(result, {
      LoginSuccess: ({ user }) => user.email ?? '',
      TwoFactorRequired: ({ challenge }) => challenge,
      PasswordChangeRequired: ({ resetToken }) => resetToken,
      AuthProblem: ({ message }) => message,
    });
    return text;
  };
  return <button disabled={busy || secondsLeft > 0} onClick={() => void submit().then(() => signOut())}>{status}{fields.email}{isProblem(member) ? member.code : ''}</button>;
}

export const app = (
  <AuthProvider session={session} client={client}>
    <RequireAuth signedOut="sign in"><Page /></RequireAuth>
  </AuthProvider>
);
export const mocked = <MockAuthProvider session={fakeSession({ claims: { role: 'admin' } })}>{null}</MockAuthProvider>;
export type Login = LoginMutation['login'];
export const rest = [state, possibleTypes === same, typePolicies === samePolicies, codegenConfig.scalars, operationManifest.version, createFakeGateway().link, problem('CONFLICT'), deviceTokenLink, secureStore, readSession, sessionMiddleware, sessionProxy({ gateway: 'http://gateway/graphql' }).POST];
`;

test('contains what it publishes, and no tests or sources', () => {
  const published = Object.values(manifest.exports).flatMap((entry) =>
    typeof entry === 'string' ? entry : Object.values(entry),
  );
  for (const path of published) expect(project.files).toContain(path.replace('./', ''));
  expect(project.files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'CHANGELOG.md']));
  expect(project.files.filter((path) => /^(?:src|tests)|\.tsx$|tsconfig|(?<!\.d)\.ts$/.test(path))).toEqual([]);
  expect(manifest.publishConfig).toEqual({ access: 'public', provenance: true });
});

test.each(['bundler', 'nodenext'] as const)('compiles in a strict project under %s', (module) => {
  project.write('app.tsx', APP);
  project.compile(module);
});

test('a member that matchResult does not handle does not compile', () => {
  project.write('app.tsx', APP.replace('TwoFactorRequired: ({ challenge }) => challenge,', ''));
  expect(() => project.compile('nodenext')).toThrow("Property 'TwoFactorRequired' is missing");
  project.write('app.tsx', APP);
});

test.each(entries)('%s can be imported by Node.js', (entry) => {
  const code = `const names = Object.keys(await import('${nameOf(entry)}')); console.log(names.length > 0)`;
  expect(project.run(code).trim()).toBe('true');
});

test('an entry without React needs no React, and one without Next.js no jose', async () => {
  const code =
    "export * from '@gatehouse/apollo-client'; export * from '@gatehouse/apollo-client/native'; export * from '@gatehouse/apollo-client/operations';";
  expect(await project.importsOf(code)).toEqual(expect.not.arrayContaining([expect.stringMatching(/^(react|jose)/)]));
});

describe('gzipped size without peers, in bytes', () => {
  const everything = "export * from '@gatehouse/apollo-client'; export * from '@gatehouse/apollo-client/react';";
  const usual = `export { createGatehouseClient } from '@gatehouse/apollo-client';
    export { AuthProvider, RequireAuth, useSession } from '@gatehouse/apollo-client/react';`;
  const one = "export { MeDocument } from '@gatehouse/apollo-client/operations';";

  test.each([
    ['the main and the React entry with all that they export', everything, 11_500],
    ['what the app of the README uses', usual, 9_300],
    ['one document', one, 600],
  ])('%s', async (_, code, limit) => {
    expect(await project.sizeOf(code)).toBeLessThan(limit);
  });
});

const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
const blocks = [...readme.matchAll(/^```(tsx?)\n(.*?)^```$/gms)];

/** The modules of frameworks that a README block imports, as far as it uses them. */
const FRAMEWORKS = `
declare module 'next/headers' { export function cookies(): Promise<{ get(name: string): { value: string } | undefined }>; }
declare module 'next/server' { export class NextResponse extends Response { static next(init?: { request?: { headers?: Headers } }): NextResponse; } }
declare module 'react-native' { export const AppState: { addEventListener(type: 'change', listener: (state: string) => void): { remove(): void } }; }
declare module 'expo-secure-store' {
  export function getItemAsync(key: string): Promise<string | null>;
  export function setItemAsync(key: string, value: string): Promise<void>;
  export function deleteItemAsync(key: string): Promise<void>;
}
`;

test('every code block of the README compiles', () => {
  expect(blocks.length).toBeGreaterThan(10);
  blocks.forEach(([, language, code], index) => {
    project.write(`block-${index}.${language}`, code ?? '');
  });
  project.write('frameworks.d.ts', FRAMEWORKS);
  project.compile('bundler');
});

test('the README names every export of the main and the React entry', () => {
  const names = (entry: string) =>
    project
      .run(`console.log(Object.keys(await import('@gatehouse/apollo-client${entry}')).join(' '))`)
      .trim()
      .split(' ');
  const missing = [...names(''), ...names('/react')].filter((name) => !readme.includes(name));
  expect(missing).toEqual([]);
});
