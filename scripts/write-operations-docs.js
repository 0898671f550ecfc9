// Writes docs/operations-reference.md from the rows of src/operations and the built schema; part of `npm run generate`.
import { writeFile } from 'node:fs/promises';
import { createSubgraph } from '../dist/app.js';
import { operationGroups } from '../dist/operations/all.js';
import { describeLimits } from '../dist/operations/describe-limits.js';
import { operationsReference } from './support/operations-reference.js';

const { schema } = createSubgraph();
const text = operationsReference({ schema, operationGroups, describeLimits });
await writeFile(new URL('../docs/operations-reference.md', import.meta.url), text);
