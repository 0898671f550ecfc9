// Generates the documents that the IDE lists: every operation of operations/ with its comment and example variables.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { buildASTSchema, parse } from 'graphql';
import { exampleVariables } from './support/example-variables.js';
import { readDocuments } from './support/operations.js';

const FOLDER = 'src/http/pages/ide/generated';

const schema = buildASTSchema(parse(readFileSync('schema.graphql', 'utf8')), { assumeValidSDL: true });
const documents = readDocuments().map(({ name, group, comment, definition, text }) => {
  const variables = exampleVariables(schema, definition);
  const hasVariables = Object.keys(variables).length > 0;
  return { name, group, query: `${comment}\n${text}\n`, ...(hasVariables ? { variables } : {}) };
});

mkdirSync(FOLDER, { recursive: true });
writeFileSync(`${FOLDER}/documents.json`, `${JSON.stringify(documents, null, 2)}\n`);
