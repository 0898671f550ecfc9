import { readdirSync, readFileSync } from 'node:fs';
import { parseSync } from 'oxc-parser';

const SOURCE = /\.(ts|tsx|js)$/;
const DECLARATIONS = /\.d\.ts$/;

/** Paths of the source files under a folder, with forward slashes, relative to the project's root; none when it does not exist. */
export function sourceFiles(folder) {
  let names;
  try {
    names = readdirSync(folder, { recursive: true });
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
  return names
    .map((name) => `${folder}/${name}`.replaceAll('\\', '/'))
    .filter((path) => SOURCE.test(path) && !DECLARATIONS.test(path) && !path.includes('/node_modules/'))
    .sort();
}

/** Reads and parses one file; throws on a syntax error, because a check of half a file proves nothing. */
export function parseSource(path) {
  const text = readFileSync(path, 'utf8');
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0].message}`);
  return { text, program };
}
