// Generates generated/operations.js for each page: the operations of operations/ that its scripts import.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readOperations } from './support/operations.js';

const PAGES = 'src/http/pages';
const IMPORT = /import \{([^}]+)\} from '\.{1,2}\/generated\/operations\.js'/g;

const operations = readOperations();

/** The names of the operations imported by the scripts of a folder, in alphabetical order. */
function importedBy(folder) {
  const scripts = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.js'));
  const texts = scripts.map((name) => readFileSync(`${folder}/${name}`, 'utf8'));
  const names = texts.flatMap((text) => [...text.matchAll(IMPORT)].flatMap(([, list]) => list.match(/\w+/g)));
  return [...new Set(names)].sort();
}

function exportOf(name) {
  const text = operations[name];
  if (text === undefined) throw new Error(`operations/ has no operation ${name}`);
  return `export const ${name} = \`${text.replace(/[\\`]|\$(?=\{)/g, '\\$&')}\n\`;\n`;
}

for (const { name } of readdirSync(PAGES, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
  const folder = `${PAGES}/${name}`;
  const names = importedBy(folder);
  if (names.length === 0) continue;
  mkdirSync(`${folder}/generated`, { recursive: true });
  writeFileSync(
    `${folder}/generated/operations.js`,
    `// Written by scripts/write-page-operations.js from operations/.\n\n${names.map(exportOf).join('\n')}`,
  );
}
