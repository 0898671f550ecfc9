import { createSubgraph } from '../app.js';

process.stdout.write(createSubgraph().sdl);
