import { readdirSync, readFileSync } from 'node:fs';
import { Kind, parse, print, separateOperations, TokenKind } from 'graphql';

const FOLDER = new URL('../../operations/', import.meta.url);
/** The groups in the order of their display. A file of another name is a group of its own. */
const GROUPS = ['Account', 'Session', 'Second factor', 'Password', 'Admin'];
const GROUP_OF_FILE = { audit: 'Account', 'sign-in': 'Session', service: 'Session', 'two-factor': 'Second factor' };

/** The text of a document with its operation before its fragments. */
function textOf({ definitions }) {
  const operation = definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  const fragments = definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  return [...operation, ...fragments].map(print).join('\n\n');
}

function readFiles() {
  const names = readdirSync(FOLDER, { recursive: true }).filter((name) => name.endsWith('.graphql'));
  return names.map((name) => ({ name, text: readFileSync(new URL(name, FOLDER), 'utf8') }));
}

/** All operations of `operations/` by name, each as a document with its fragments. */
export function readOperations() {
  const text = readFiles()
    .map((file) => file.text)
    .join('\n');
  const documents = Object.entries(separateOperations(parse(text)));
  return Object.fromEntries(documents.map(([name, document]) => [name, textOf(document)]));
}

/** The comment directly above a definition. */
function commentOf({ loc }) {
  const lines = [];
  for (let token = loc.startToken.prev; token.kind === TokenKind.COMMENT; token = token.prev) {
    lines.unshift(`#${token.value}`);
  }
  return lines.join('\n');
}

/** The group of a file: its folder, otherwise its name. */
function groupOf(name) {
  const [word] = name.split(/[\\/.]/);
  const title = word.charAt(0).toUpperCase() + word.slice(1).replaceAll('-', ' ');
  return GROUP_OF_FILE[word] ?? title;
}

/** The place of a document: by group; in a folder, which holds many, queries come first. */
function rankOf({ group, file, definition }) {
  const place = GROUPS.includes(group) ? GROUPS.indexOf(group) : GROUPS.length;
  return 2 * place + (/[\\/]/.test(file) && definition.operation !== 'query' ? 1 : 0);
}

/** Every operation with its group, its comment and its definition, in the order of display. */
export function readDocuments() {
  const texts = readOperations();
  const documents = readFiles().flatMap(({ name: file, text }) =>
    parse(text)
      .definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION)
      .map((definition) => {
        const name = definition.name.value;
        return { name, file, group: groupOf(file), comment: commentOf(definition), definition, text: texts[name] };
      }),
  );
  return documents.sort((one, other) => rankOf(one) - rankOf(other) || one.group.localeCompare(other.group));
}
