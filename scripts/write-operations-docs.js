// Writes docs/operations-reference.md from the rows of src/operations and the built schema; part of `npm run generate`.
import { writeFile } from 'node:fs/promises';
import { createSubgraph } from '../dist/app.js';
import { operationGroups } from '../dist/operations/all.js';
import { describeLimits } from '../dist/operations/describe-limits.js';

const { schema } = createSubgraph();
const callers = {
  anyone: 'anyone',
  'valid-token-or-none': 'anyone without an invalid token',
  'signed-in': 'signed-in user',
  router: 'router',
};

/** Who may call an operation; for administration, the roles. */
const staff = { admin: '`admin`', support: '`admin`, `support`' };
const callerOf = ({ who, least }) => (who === 'staff' ? staff[least] : callers[who]);

/** The problem types of a mutation's result. */
function problemsOf(field) {
  const union = schema.getType(schema.getMutationType().getFields()[field].type.ofType.name);
  const members = union.getTypes().filter((type) => type.getInterfaces().some(({ name }) => name === 'AuthProblem'));
  return members.map(({ name }) => name);
}

/** What every mutation may return, and what every mutation with limits may; the table leaves them out. */
const mutations = Object.values(operationGroups).flatMap(({ Mutation = {} }) => Object.entries(Mutation));
const limited = mutations.filter(([, { limits }]) => limits.length > 0);
const inEach = (rows) =>
  problemsOf(rows[0][0]).filter((name) => rows.every(([field]) => problemsOf(field).includes(name)));
const common = inEach(mutations);
const ofLimits = inEach(limited).filter((name) => !common.includes(name));
const code = (names) => names.map((name) => `\`${name}\``).join(', ');

function stepUpOf({ stepUp = 'none' }) {
  if (stepUp === 'none') return '';
  return stepUp.exceptOwnSession ? 'required, except for the current session' : 'required';
}

const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

function mutationTable(rows) {
  const lines = Object.entries(rows).map(([field, row]) => [
    `\`${field}\``,
    callerOf(row),
    describeLimits(row) || 'none',
    row.credential ? 'yes' : '',
    stepUpOf(row),
    code(problemsOf(field).filter((name) => !common.includes(name) && !ofLimits.includes(name))),
  ]);
  return table(['Mutation', 'Caller', 'Limits', 'Credential', 'Recent sign-in', 'Problems'], lines);
}

function fieldTable({ Query = {}, fields = {} }) {
  const below = Object.entries(fields).flatMap(([type, rows]) =>
    Object.entries(rows).map(([field, row]) => [`${type}.${field}`, row]),
  );
  const lines = [...Object.entries(Query), ...below].map(([field, row]) => [
    `\`${field}\``,
    row.who === undefined ? 'whoever may read the object' : callerOf(row),
    describeLimits(row) || 'none',
  ]);
  return lines.length === 0 ? [] : [table(['Query or field', 'Caller', 'Limits'], lines)];
}

const sections = Object.entries(operationGroups).flatMap(([noun, group]) => [
  `## ${noun}`,
  ...fieldTable(group),
  ...(group.Mutation === undefined ? [] : [mutationTable(group.Mutation)]),
]);

const head = `# Operations reference

Generated from the code by \`npm run generate\`.

- **Caller**: who may call the operation. Everybody else gets \`UNAUTHENTICATED\` or \`FORBIDDEN\`.
- **Limits**: [errors.md](errors.md#limits) describes how calls are counted and how to change a limit. Each limit per user is
  accompanied by one per client that is ten times as large.
- **Credential**: the operation checks or changes a credential, or sends email. A document may contain one such operation,
  including aliases and fragments.
- **Recent sign-in**: the operation returns \`REAUTHENTICATION_REQUIRED\` if a factor was last verified longer than
  \`REAUTHENTICATION_TTL\` ago, before it reads its input. See [sign-in.md](sign-in.md).
- **Problems**: the members of the result union that implement \`AuthProblem\`; [errors.md](errors.md#codes) lists their codes.
  Every mutation may also return ${code(common)}, and every mutation with a limit ${code(ofLimits)}.`;
await writeFile(new URL('../docs/operations-reference.md', import.meta.url), `${[head, ...sections].join('\n\n')}\n`);
