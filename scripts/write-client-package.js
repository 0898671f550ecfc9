// Writes what packages/apollo-client knows of the schema: which root fields are the gateway's own, and the possible types.
// Part of `npm run generate`.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { buildASTSchema, isAbstractType, parse } from 'graphql';
import { operations } from '../dist/operations/all.js';

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

const isOpen = ({ who }) => who === 'anyone';
const fields = `${HEAD}
/** Root fields that need no access token. */
export const PUBLIC_FIELDS = '${names('Query', isOpen)} ${names('Mutation', isOpen)}';
/** The gateway's mutations; each returns a union that contains problems. */
export const OWN_MUTATIONS =
  '${names('Mutation', () => true)}';
`;
const possibleTypes = `${HEAD}
/** The types of each interface and union of the gateway, for \`InMemoryCache\`. */
export const possibleTypes = ${JSON.stringify(namesOfMembers(), null, 2)};
/** The names of the problem types. */
export type ProblemName = ${namesOfMembers()
  .AuthProblem.map((name) => `'${name}'`)
  .join(' | ')};
`;

mkdirSync(FOLDER, { recursive: true });
writeFileSync(new URL('root-fields.ts', FOLDER), fields);
writeFileSync(new URL('possible-types.ts', FOLDER), possibleTypes);
