// Checks the imports between parts of the source against the tables below.
//
//   node scripts/check-imports.js [project folder]

import { existsSync } from 'node:fs';
import { posix } from 'node:path';
import { chdir } from 'node:process';
import { Visitor } from 'oxc-parser';
import { packageSources, parseSource, sourceFiles } from './support/source-files.js';

/**
 * One row per layer, from the processes at the top to the independent parts. A layer is a file or a folder directly under src,
 * and can always import from itself. `values` lists the layers, or single files of them, that it can import. `types` lists
 * those from which it can only use `import type`. Only the command line starts main and worker, and nothing imports it.
 */
const FLOW = ['dependencies', 'request', 'settings']; // passed as arguments, so receiving layers can import their types
const LAYERS = {
  main: {
    values: ['start', 'welcome', 'app', 'workers', 'http/metrics.ts', 'services', 'lib'],
    types: ['dependencies'],
  },
  worker: { values: ['start', 'workers', 'http/metrics.ts', 'lib'], types: [] },
  cli: {
    values: [
      ...['main', 'worker', 'start', 'app', 'settings', 'mail', 'inputs', 'services', 'workers', 'problems', 'lib'],
      'operations/login-windows.ts',
    ],
    types: [],
  },
  start: { values: ['settings', 'dependencies', 'database', 'jobs', 'lib'], types: [] },
  welcome: { values: ['services'], types: FLOW },
  dependencies: {
    values: ['settings', 'database', 'services', 'entities', 'jobs', 'mail', 'problems', 'lib'],
    types: [],
  },
  app: {
    values: ['request', 'http', 'schema', 'resolvers', 'permissions', 'operations', 'services', 'problems', 'lib'],
    types: FLOW,
  },
  http: { values: ['request', 'operations', 'inputs', 'services', 'problems', 'lib'], types: ['mail', ...FLOW] },
  resolvers: {
    values: ['schema', 'inputs', 'services', 'request', 'problems', 'lib'],
    types: ['entities', ...FLOW],
  },
  permissions: {
    values: [
      'request',
      'schema/problems.ts',
      'services/admission.ts',
      'services/audit/record-event.ts',
      'services/audit/record-refusal.ts',
      'services/sessions/recent-authentication.ts',
      'services/attempts/login-limit.ts',
      'services/accounts/account-of.ts',
      'services/accounts/pending-email-change.ts',
      'services/tokens/refresh-tokens.ts',
      'operations',
      'problems',
      'lib',
    ],
    types: ['services', 'inputs', ...FLOW],
  },
  request: { values: ['services', 'entities', 'problems', 'lib'], types: FLOW },
  schema: { values: ['problems'], types: [] },
  workers: { values: ['jobs', 'mail', 'services', 'entities', 'problems', 'lib'], types: FLOW },
  inputs: { values: ['problems', 'lib'], types: [] },
  services: { values: ['entities', 'jobs', 'problems', 'lib'], types: ['inputs', ...FLOW] },
  database: { values: ['entities', 'problems', 'lib'], types: FLOW },
  jobs: { values: ['problems', 'lib'], types: FLOW },
  mail: { values: ['lib'], types: FLOW },
  entities: { values: ['problems', 'lib'], types: [] },
  settings: { values: ['operations', 'problems', 'lib'], types: [] },
  operations: { values: ['lib'], types: ['services', 'inputs'] },
  lib: { values: [], types: [] },
  problems: { values: [], types: [] },
};

/** The rooms of src/services, from top to bottom. A room can import itself, lower rooms and the files beside the rooms. */
const ROOMS = [
  'admin',
  'maintenance',
  'service-clients',
  'sign-in',
  'accounts',
  'two-factor',
  'passwords',
  'sessions',
  'attempts',
  'mail-outbox',
  'devices',
  'audit',
  'outbox',
  'users',
  'one-time-codes',
  'tokens',
  'health',
];
/** The unit of work writes data of several rooms, so this file beside them can import any of them. */
const UNIT_OF_WORK = 'src/services/work.ts';
/** What has to be followed by an announcement after the commit: only the transaction imports it, and sees to that. */
const OF_UNIT_OF_WORK = ['src/services/sessions/revoke-sessions.ts'];

/** Packages that a layer must not import, not even for types. */
const EDGE = [
  'graphql',
  'graphql-*',
  'type-graphql',
  '@apollo/*',
  '@graphql-tools/*',
  '@as-integrations/*',
  'fastify',
  '@fastify/*',
];
const BANNED_PACKAGES = {
  services: EDGE,
  entities: EDGE,
  workers: EDGE,
  database: EDGE,
  jobs: EDGE,
  mail: EDGE,
  lib: EDGE,
  resolvers: ['ioredis', 'pg', '@mikro-orm/*', 'node:crypto', 'crypto'],
};

/** Layers that can import only these packages. */
const ONLY_PACKAGES = { entities: ['@mikro-orm/*'], problems: [] };

/** Packages that only one file imports. All others can only use `import type`. */
const DOORS = {
  'graphql-shield': 'src/permissions/shield.ts',
  'graphql-middleware': 'src/permissions/shield.ts',
  'graphql-rate-limit': 'src/permissions/shield.ts',
};

/** Every import of a file: its name, its line, and whether type stripping removes it. */
function importsOf(path) {
  const { text, program } = parseSource(path);
  const found = [];
  const add = (node, source, typeOnly) => {
    if (typeof source?.value !== 'string') return;
    found.push({ name: source.value, line: text.slice(0, node.start).split('\n').length, typeOnly });
  };
  new Visitor({
    ImportDeclaration: (node) => add(node, node.source, node.importKind === 'type'),
    ExportNamedDeclaration: (node) => add(node, node.source, node.exportKind === 'type'),
    ExportAllDeclaration: (node) => add(node, node.source, node.exportKind === 'type'),
    ImportExpression: (node) => add(node, node.source, false),
    TSImportType: (node) => add(node, node.source, true),
    CallExpression: (node) => {
      if (/require$/i.test(node.callee.name ?? '')) add(node, node.arguments[0], false);
    },
  }).visit(program);
  return found;
}

const layerOf = (path) => path.split('/')[1].replace(/\.\w+$/, '');
const packageOf = (name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/');
const matches = (pattern, name) => (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern);

/** The file of a relative import. `.js` is resolved to the TypeScript file. */
function targetOf(from, name) {
  const path = posix.join(posix.dirname(from), name);
  const candidates = [path.replace(/\.js$/, '.ts'), path.replace(/\.js$/, '.tsx'), path];
  return candidates.find((candidate) => existsSync(candidate)) ?? candidates[0];
}

/** The reason why importing a package is not allowed, or undefined. */
function packageProblem(from, layer, { name, typeOnly }) {
  const owner = packageOf(name);
  if (owner === 'graphql' && name !== 'graphql')
    return "import from 'graphql' itself: a deep import is a second copy of it";
  if (layer in LAYERS && owner.startsWith('@gatehouse/')) return 'src imports no package of this repository';
  if (!typeOnly && DOORS[owner] && DOORS[owner] !== from) return `only ${DOORS[owner]} can import ${owner}`;
  if (BANNED_PACKAGES[layer]?.some((pattern) => matches(pattern, owner))) return `${layer} must not import ${owner}`;
  const only = ONLY_PACKAGES[layer];
  if (only && !only.some((pattern) => matches(pattern, owner))) return `${layer} must not import ${owner}`;
  return undefined;
}

/** The position of a file's room in the order. Files beside the rooms come last. */
function rankOf(path) {
  const [, , room, file] = path.split('/');
  return file === undefined ? ROOMS.length : ROOMS.indexOf(room);
}

/** The reason why an import between rooms is not allowed, or undefined. */
function roomProblem(from, target) {
  if (from === UNIT_OF_WORK) return undefined;
  const [own, other] = [from, target].map(rankOf);
  if (own < 0 || other < 0) return 'a room of services has no place in ROOMS of scripts/check-imports.js';
  return other < own
    ? `services/${ROOMS[own] ?? ''} must not import services/${ROOMS[other]}, which is above it`
    : undefined;
}

/** The reason why importing a source file is not allowed, or undefined. */
function fileProblem(from, target, typeOnly) {
  const layer = layerOf(from);
  if (!typeOnly && from !== UNIT_OF_WORK && OF_UNIT_OF_WORK.includes(target))
    return `only ${UNIT_OF_WORK} may import it`;
  if (target === 'package.json') return undefined;
  if (!target.startsWith('src/')) return 'src must not import anything outside src';
  if (!/\.\w+$/.test(target) || /(^|\/)index\.\w+$/.test(target))
    return 'import the file itself: no folders or index files';
  const other = layerOf(target);
  if (other === layer) return layer === 'services' ? roomProblem(from, target) : undefined;
  const { values, types } = LAYERS[layer];
  const allows = (list) => list.includes(other) || list.includes(target.slice('src/'.length));
  if (allows(values)) return undefined;
  if (allows(types)) return typeOnly ? undefined : `${layer} can only use \`import type\` from ${other}`;
  return `${layer} must not import ${other}`;
}

/** Problems of one file of src. Also adds its value imports to the graph for the search of cycles. */
function checkSource(path, graph) {
  const layer = layerOf(path);
  if (!LAYERS[layer]) return [`${path}: '${layer}' has no row in the table of scripts/check-imports.js`];
  const problems = [];
  const edges = [];
  for (const found of importsOf(path)) {
    const { name, line, typeOnly } = found;
    const relative = name.startsWith('.');
    const target = relative ? targetOf(path, name) : name;
    if (relative && !typeOnly) edges.push(target);
    const problem = relative ? fileProblem(path, target, typeOnly) : packageProblem(path, layer, found);
    if (problem) problems.push(`${path}:${line}: '${name}': ${problem}`);
  }
  graph.set(path, edges);
  return problems;
}

/** Problems of one file of a package, which is published by itself; adds its imports to the graph. */
function checkPackage(path, graph) {
  const folder = path.split('/').slice(0, 2).join('/');
  const relative = importsOf(path).filter(({ name }) => name.startsWith('.'));
  const targets = relative.map((found) => ({ ...found, target: targetOf(path, found.name) }));
  graph.set(
    path,
    targets.filter(({ typeOnly }) => !typeOnly).map(({ target }) => target),
  );
  return targets
    .filter(({ target }) => !target.startsWith(`${folder}/`))
    .map(({ name, line }) => `${path}:${line}: '${name}': a package imports nothing outside of its folder`);
}

/** Tests and benchmarks can import any source file, but must not load a second copy of graphql. */
function checkOutside(path) {
  return importsOf(path)
    .filter(({ name }) => !name.startsWith('.'))
    .map((found) => ({ ...found, problem: packageProblem(path, 'outside', found) }))
    .filter(({ problem }) => problem)
    .map(({ name, line, problem }) => `${path}:${line}: '${name}': ${problem}`);
}

/** Reports each cycle once, at the first import that closes it. */
function cyclesIn(graph) {
  const done = new Set();
  const trail = [];
  const cycles = [];
  const visit = (path) => {
    const start = trail.indexOf(path);
    if (start >= 0) {
      cycles.push(`cycle: ${[...trail.slice(start), path].join(' → ')}`);
      return;
    }
    if (done.has(path)) return;
    trail.push(path);
    for (const target of graph.get(path) ?? []) visit(target);
    trail.pop();
    done.add(path);
  };
  for (const path of graph.keys()) visit(path);
  return cycles;
}

if (process.argv[2]) chdir(process.argv[2]);
const graph = new Map();
const sources = sourceFiles('src');
const packages = packageSources();
const outside = [...sourceFiles('tests'), ...sourceFiles('bench')];
const problems = [
  ...sources.flatMap((path) => checkSource(path, graph)),
  ...packages.flatMap((path) => checkPackage(path, graph)),
  ...outside.flatMap((path) => checkOutside(path)),
  ...cyclesIn(graph),
];
for (const problem of problems) console.error(problem);
const counts = `${sources.length} files of src, ${packages.length} of packages, ${outside.length} beside them`;
console.log(`imports: ${counts}, ${problems.length} problems`);
if (sources.length === 0 || problems.length > 0) process.exitCode = 1;
