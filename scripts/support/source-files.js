import { readdirSync, readFileSync } from 'node:fs';
import { parseSync } from 'oxc-parser';

const SOURCE = /\.(ts|tsx|js)$/;
const DECLARATIONS = /\.d\.ts$/;

/**
 * Paths of the source files under a folder, relative to the project root and with forward slashes. Empty if the folder does not
 * exist.
 */
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

/** Paths of the source files of every package. */
export function packageSources() {
  return sourceFiles('packages').filter((path) => /^packages\/[^/]+\/src\//.test(path));
}

/** Paths of the source files of the examples. */
export function exampleSources() {
  return ['examples/react/src', 'examples/next/app'].flatMap(sourceFiles);
}

/** Parses one file. Throws on a syntax error, because checking part of a file would prove nothing. */
export function parseSource(path) {
  const text = readFileSync(path, 'utf8');
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0].message}`);
  return { text, program };
}
