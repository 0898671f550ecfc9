import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';

const PACKAGE = resolve(import.meta.dirname, '../..');
const MODULES = resolve(PACKAGE, '../../node_modules');
/** What a project installs beside the package. */
const PEERS = [
  '@apollo/client',
  'graphql',
  'rxjs',
  'react',
  'react-dom',
  'jose',
  '@types/react',
  '@types/react-dom',
  'csstype',
];

/** A project that has installed the packed package and its peers, and nothing else. */
export interface BareProject {
  folder: string;
  /** The paths of the files in the package. */
  files: string[];
  write(name: string, text: string): void;
  /** Runs the TypeScript compiler. Throws with its messages. */
  compile(module: 'bundler' | 'nodenext'): void;
  /** Runs a module in Node.js, and returns what it printed. */
  run(code: string): string;
  /** The gzipped size of a module with what it imports, minified, without the peers, in bytes. */
  sizeOf(code: string): Promise<number>;
  /** The modules that a bundle of a module imports from the peers. */
  importsOf(code: string): Promise<string[]>;
  remove(): void;
}

function run(program: string, words: string[], cwd: string): string {
  try {
    return execFileSync(program, words, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${program} ${words.join(' ')}\n${stdout}${stderr}`);
  }
}

/** Builds and packs the package, and installs it into a new project. */
export function createBareProject(): BareProject {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-package-'));
  run('npm', ['run', '--silent', 'build'], PACKAGE);
  run('npm', ['pack', '--silent', '--pack-destination', folder], PACKAGE);
  const [archive = ''] = readdirSync(folder);
  const installed = join(folder, 'node_modules/@gatehouse/apollo-client');
  mkdirSync(installed, { recursive: true });
  run('tar', ['-xzf', join(folder, archive), '-C', installed, '--strip-components=1'], folder);
  for (const peer of PEERS) {
    mkdirSync(dirname(join(folder, 'node_modules', peer)), { recursive: true });
    symlinkSync(join(MODULES, peer), join(folder, 'node_modules', peer));
  }
  const bundled = async (code: string) => {
    write('entry.js', code);
    const isPeer = new RegExp(`^(?:${PEERS.join('|')})(?:/|$)`);
    const bundle = await rolldown({ input: join(folder, 'entry.js'), external: isPeer, logLevel: 'silent' });
    const { output } = await bundle.generate({ minify: true });
    await bundle.close();
    return output[0];
  };
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  write('package.json', '{ "type": "module" }');
  return {
    folder,
    files: readdirSync(installed, { recursive: true }).map(String),
    write,
    compile(module) {
      const compilerOptions = {
        module: module === 'bundler' ? 'esnext' : 'nodenext',
        moduleResolution: module,
        target: 'es2022',
        lib: ['es2023', 'dom'],
        jsx: 'react-jsx',
        strict: true,
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
        skipLibCheck: true, // Apollo Client's own types fail with exactOptionalPropertyTypes
        noEmit: true,
        types: [],
      };
      write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['*.ts', '*.tsx'] }));
      run(process.execPath, [join(MODULES, 'typescript/bin/tsc'), '-p', '.'], folder);
    },
    run: (code) => run(process.execPath, ['--input-type=module', '-e', code], folder),
    sizeOf: async (code) => gzipSync((await bundled(code)).code, { level: 9 }).length,
    importsOf: async (code) => (await bundled(code)).imports,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
