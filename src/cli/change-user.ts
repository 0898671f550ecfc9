import { supportedNode } from '../lib/supported-node.js';

supportedNode();

// Deployments may still call this file; the command has moved to the program `gatehouse`.
const { runProgram } = await import('./program.js');
await runProgram(['users', ...process.argv.slice(2)]);
