import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fencedBlocks } from './fenced-blocks.js';

/** The code of docs/react-without-package.md in a folder, as an app would have it. */
export interface Recipe {
  folder: string;
  /** Deletes the folder. */
  remove(): void;
}

/** Writes the code of the guide for a gateway at this address. The folder is in the repository, where the packages are found. */
export function writeRecipe(uri: string): Recipe {
  const folder = mkdtempSync(resolve('node_modules/.recipe-'));
  const blocks = fencedBlocks(readFileSync('docs/react-without-package.md', 'utf8'));
  const recipe = blocks.find(({ language }) => language === 'ts')?.text ?? '';
  writeFileSync(`${folder}/recipe.ts`, recipe.replace('http://localhost:4000/graphql', uri));
  writeFileSync(`${folder}/possible-types.json`, readFileSync('tests/generated/possible-types.json'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
