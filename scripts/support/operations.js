import { readdirSync, readFileSync } from 'node:fs';
import { Kind, parse, print, separateOperations } from 'graphql';

const FOLDER = new URL('../../operations/', import.meta.url);

/** The text of a document with its operation before its fragments. */
function textOf({ definitions }) {
  const operation = definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  const fragments = definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  return [...operation, ...fragments].map(print).join('\n\n');
}

/** All operations of `operations/` by name, each as a document with its fragments. */
export function readOperations() {
  const names = readdirSync(FOLDER, { recursive: true }).filter((name) => name.endsWith('.graphql'));
  const text = names.map((name) => readFileSync(new URL(name, FOLDER), 'utf8')).join('\n');
  const documents = Object.entries(separateOperations(parse(text)));
  return Object.fromEntries(documents.map(([name, document]) => [name, textOf(document)]));
}
