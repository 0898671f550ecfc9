// Writes what packages/apollo-client knows of the schema: which root fields are the gateway's own, the possible types, and the
// list of all documents that it sends. Part of `npm run generate`.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { InMemoryCache } from '@apollo/client';
import { buildASTSchema, isAbstractType, Kind, parse, print } from 'graphql';
import { operations } from '../dist/operations/all.js';
import * as documents from '../packages/apollo-client/src/generated/operations.ts';
import * as formDocuments from '../packages/apollo-client/src/react/documents.ts';
import * as sessionTexts from '../packages/apollo-client/src/session/documents.ts';

const FOLDER = new URL('../packages/apollo-client/src/generated/', import.meta.url);
const HEAD = '// Written by scripts/write-client-package.js.\n';

const schema = buildASTSchema(parse(readFileSync('schema.graphql', 'utf8')), { assumeValidSDL: true });

/** The names of the root fields whose rows fulfil a condition, separated by spaces, which is shorter than a list. */
function names(type, condition) {
  const rows = Object.entries(operations[type]).filter(([, row]) => condition(row));
  return rows.map(([name]) => name).join(' ');
}

function namesOfMembers() {
  const abstract = Object.values(schema.getTypeMap()).filter(isAbstractType);
  const entries = abstract.map((type) => [
    type.name,
    schema
      .getPossibleTypes(type)
      .map(({ name }) => name)
      .sort(),
  ]);
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** An entry of the list, by the text that is sent. */
function entryOf(body) {
  const { name, operation } = parse(body).definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  return { id: createHash('sha256').update(body).digest('hex'), name: name.value, type: operation, body };
}

/** The documents that Apollo Client sends, as it sends them, and the texts that a session sends by itself. */
function manifestEntries() {
  const cache = new InMemoryCache();
  const all = [...Object.values(documents), ...Object.values(formDocuments)].filter((document) =>
    document.definitions?.some(({ kind }) => kind === Kind.OPERATION_DEFINITION),
  );
  const bodies = [...all.map((document) => print(cache.transformDocument(document))), ...Object.values(sessionTexts)];
  return bodies.map(entryOf).sort((one, other) => (one.name < other.name ? -1 : 1));
}

const isOpen = ({ who }) => who === 'anyone';
const fields = `${HEAD}
/** Root fields that need no access token. */
export const PUBLIC_FIELDS = '${names('Query', isOpen)} ${names('Mutation', isOpen)}';
/** The gateway's mutations for users; each returns a union that contains problems. */
export const OWN_MUTATIONS =
  '${names('Mutation', ({ who }) => who !== 'staff')}';
`;
const possibleTypes = `${HEAD}
/** The types of each interface and union of the gateway, for \`InMemoryCache\`. */
export const possibleTypes = ${JSON.stringify(namesOfMembers(), null, 2)};
/** The names of the problem types. */
export type ProblemName = ${namesOfMembers()
  .AuthProblem.map((name) => `'${name}'`)
  .join(' | ')};
`;

const manifest = `${HEAD}
/**
 * Every document of \`./operations\`, and those that the package sends by itself, as a persisted query manifest: \`id\` is the
 * SHA-256 of the text that is sent.
 */
export const operationManifest = ${JSON.stringify(
  { format: 'apollo-persisted-query-manifest', version: 1, operations: manifestEntries() },
  null,
  2,
)};
`;

mkdirSync(FOLDER, { recursive: true });
writeFileSync(new URL('root-fields.ts', FOLDER), fields);
writeFileSync(new URL('possible-types.ts', FOLDER), possibleTypes);
writeFileSync(new URL('manifest.ts', FOLDER), manifest);
