import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { Kind, type OperationDefinitionNode, validate } from 'graphql';
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

describe.each(named)('the document %s', (_name, document) => {
  it('D4: is valid', () => expect(validate(schema, document)).toEqual([]));

  it('D4: is executed, with an input that fits', async () => {
    const { id, token } = await staffMember(gateway, 'admin');
    const field = fieldOf(document);
    const answer = await gateway.ask(document, { input: inputs.get(field), id }, { token });
    expect(answer.errors).toEqual([]);
    expect(answer.data[field]).toEqual(expect.anything());
  });
});
