// Generates the list of audit events between the two markers in docs/audit.md. Part of `npm run generate`.
import { readFile, writeFile } from 'node:fs/promises';
import { auditEvents } from '../dist/services/audit/events.js';

const START = '<!-- events -->';
const END = '<!-- /events -->';

const file = new URL('../docs/audit.md', import.meta.url);
const text = await readFile(file, 'utf8');
const [before, rest] = text.split(START);
const after = rest?.split(END)[1];
if (after === undefined) throw new Error(`docs/audit.md has no place for the events between ${START} and ${END}`);

const rows = Object.entries(auditEvents).map(
  ([type, { description, risk, refusedRisk }]) => `| \`${type}\` | ${description} | ${risk} | ${refusedRisk ?? risk} |`,
);
const table = ['| Event | What happened | Risk | Risk if rejected |', '| --- | --- | --- | --- |', ...rows];
await writeFile(file, `${before}${START}\n\n${table.join('\n')}\n\n${END}${after}`);
