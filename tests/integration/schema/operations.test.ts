import { readdirSync, readFileSync } from 'node:fs';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { getVariableValues, Kind, type OperationDefinitionNode, parse, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSubgraph } from '../../../src/app.js';
import * as generated from '../../generated/operations.js';
import { sharedGateway, type TestGateway } from '../../support/app.js';
import { mutationInputs } from '../../support/operation-calls.js';
import { staffMember } from '../../support/staff.js';

type Document = TypedDocumentNode<Record<string, unknown>, Record<string, unknown>>;

const { schema } = createSubgraph();
const documents = Object.entries(generated).flatMap(([name, document]) =>
  name.endsWith('Document') ? [document as Document] : [],
);
const inputs = new Map(mutationInputs);

function operationOf({ definitions }: Document): OperationDefinitionNode {
  const [operation, ...others] = definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? [definition] : [],
  );
  if (operation === undefined || others.length > 0) throw new Error('A document holds one operation.');
  return operation;
}

/** The root field that an operation asks for, and no other. */
function fieldOf(document: Document): string {
  const [field, ...others] = operationOf(document).selectionSet.selections;
  if (field?.kind !== Kind.FIELD || others.length > 0) throw new Error('An operation asks for one root field.');
  return field.name.value;
}

const named = documents.map((document) => [operationOf(document).name?.value ?? '', document] as const);

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await sharedGateway();
});
afterAll(() => gateway.close());

it('D4: every root field of the schema has a document of a client', () => {
  const roots = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
    Object.keys(type?.getFields() ?? {}),
  );
  const ofClients = roots.filter((name) => !name.startsWith('_')); // the others belong to routers
  expect([...new Set(documents.map(fieldOf))].sort()).toEqual(ofClients.sort());
});

const files = readdirSync('operations', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.graphql'))
  .map((name) => readFileSync(`operations/${name}`, 'utf8'));
const namesInFiles = files.flatMap((text) => [...text.matchAll(/^(?:query|mutation) (\w+)/gm)].map(([, name]) => name));

interface Listed {
  name: string;
  group: string;
  query: string;
  variables?: Record<string, unknown>;
}
const listed = JSON.parse(readFileSync('src/http/pages/ide/generated/documents.json', 'utf8')) as Listed[];

it('D4: every document of the files is among those executed here, and the IDE lists it', () => {
  expect(named.map(([name]) => name).sort()).toEqual(namesInFiles.sort());
  expect(listed.map(({ name }) => name).sort()).toEqual(namesInFiles.sort());
});

it('D4: the IDE lists the documents by group', () => {
  const groups = [...new Set(listed.map(({ group }) => group))];
  expect(groups).toEqual(['Account', 'Session', 'Second factor', 'Password', 'Admin']);
  expect(listed.filter(({ group }) => group === 'Admin').every(({ name }) => name.startsWith('Admin'))).toBe(true);
});

describe.each(listed)('the document $name in the IDE', ({ query, variables = {} }) => {
  it('D4: starts with a comment that fits beside the editor', () => {
    const comment = /^(?:#.*\n)*/.exec(query)?.[0].trimEnd().split('\n') ?? [];
    for (const line of comment) expect(line).toMatch(/^# \S.{0,41}$/);
  });

  it('D4: is valid, and so are its example variables', () => {
    const document = parse(query) as Document;
    expect(validate(schema, document)).toEqual([]);
    const { variableDefinitions = [] } = operationOf(document);
    expect(getVariableValues(schema, variableDefinitions, variables).errors).toBeUndefined();
  });
});

describe.each(named)('the document %s', (_name, document) => {
  it('D4: is valid', () => expect(validate(schema, document)).toEqual([]));

  it('D4: is executed, with an input that fits', async () => {
    const { id, token } = await staffMember(gateway, 'admin');
    const field = fieldOf(document);
    const answer = await gateway.ask(document, { input: inputs.get(field), id, token }, { token });
    expect(answer.errors).toEqual([]);
    expect(answer.data[field]).toEqual(expect.anything());
  });
});
