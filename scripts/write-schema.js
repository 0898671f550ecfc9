// Generates schema.graphql, the subgraph schema for routers and clients, from the built schema.
import { writeFileSync } from 'node:fs';
import { createSubgraph } from '../dist/app.js';

writeFileSync('schema.graphql', createSubgraph().sdl);
