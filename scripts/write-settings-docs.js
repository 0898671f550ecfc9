// Generates .env.example and docs/settings.md from the built settings schema. Part of `npm run generate`.
import { writeFile } from 'node:fs/promises';
import { renderEnvironmentExample, renderSettingsTable } from '../dist/settings/documentation.js';

const root = new URL('../', import.meta.url);
await writeFile(new URL('.env.example', root), renderEnvironmentExample());
await writeFile(new URL('docs/settings.md', root), renderSettingsTable());
