#!/usr/bin/env node
import { supportedNode } from '../lib/supported-node.js';

supportedNode();

// Imported after the check, because native modules crash older Node.js versions before they can report why.
const { runProgram } = await import('./program.js');
await runProgram(process.argv.slice(2));
