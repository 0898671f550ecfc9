const callers = {
  anyone: 'anyone',
  'valid-token-or-none': 'anyone without an invalid token',
  'signed-in': 'signed-in user',
  router: 'router',
};

/** Who may call an operation; for administration, the roles. */
const staff = { admin: '`admin`', support: '`admin`, `support`' };
const callerOf = ({ who, least, scope, userScope }) => {
  if (who === 'staff') return staff[least];
  if (who === 'service') return `service with \`${scope}\``;
  return userScope === undefined ? callers[who] : `${callers[who]}, and service with \`${userScope}\` for users`;
};

const code = (names) => names.map((name) => `\`${name}\``).join(', ');

/**
 * The problem types of a mutation's result, without those that every mutation may return (`common`) and those that every
 * mutation with limits may return (`ofLimits`).
 */
function problemsIn(schema, operationGroups) {
  const mutations = schema.getMutationType().getFields();
  const problemsOf = (field) => {
    const members = schema.getType(mutations[field].type.ofType.name).getTypes();
    const problems = members.filter((type) => type.getInterfaces().some(({ name }) => name === 'AuthProblem'));
    return problems.map(({ name }) => name);
  };
  const rows = Object.values(operationGroups).flatMap(({ Mutation = {} }) => Object.entries(Mutation));
  const inEach = (some) =>
    problemsOf(some[0][0]).filter((name) => some.every(([field]) => problemsOf(field).includes(name)));
  const common = inEach(rows);
  const ofLimits = inEach(rows.filter(([, { limits }]) => limits.length > 0)).filter((name) => !common.includes(name));
  const ownProblems = (field) => problemsOf(field).filter((name) => !common.includes(name) && !ofLimits.includes(name));
  return { common, ofLimits, ownProblems };
}

function stepUpOf({ stepUp = 'none' }) {
  if (stepUp === 'none') return '';
  if (stepUp.exceptDefaultRole) return 'required for a role other than the default one';
  return stepUp.exceptOwnSession ? 'required, except for the current session' : 'required';
}

const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

function mutationTable(rows, ownProblems, describeLimits) {
  const lines = Object.entries(rows).map(([field, row]) => [
    `\`${field}\``,
    callerOf(row),
    describeLimits(row) || 'none',
    row.credential ? 'yes' : '',
    stepUpOf(row),
    code(ownProblems(field)),
  ]);
  return table(['Mutation', 'Caller', 'Limits', 'Credential', 'Recent sign-in', 'Problems'], lines);
}

function fieldTable({ Query = {}, fields = {} }, describeLimits) {
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

const headOf = ({ common, ofLimits }) => `# Operations reference

Generated from the code by \`npm run generate\`.

- **Caller**: who may call the operation. Everybody else gets \`UNAUTHENTICATED\` or \`FORBIDDEN\`.
- **Limits**: [errors.md](errors.md#limits) describes how calls are counted and how to change a limit. Each limit per user is
  accompanied by one per client that is ten times as large.
- **Credential**: the operation checks or changes a credential, or sends email. A document may contain only one such
  operation, counting aliases and fragments.
- **Recent sign-in**: the operation returns \`REAUTHENTICATION_REQUIRED\` if the user was last verified longer than
  \`REAUTHENTICATION_TTL\` ago. It checks this before its input. See [sign-in.md](sign-in.md#step-up).
- **Problems**: the members of the result union that implement \`AuthProblem\`; [errors.md](errors.md#codes) lists their codes.
  Every mutation may also return ${code(common)}, and every mutation with a limit ${code(ofLimits)}.`;

/** The text of docs/operations-reference.md. */
export function operationsReference({ schema, operationGroups, describeLimits }) {
  const problems = problemsIn(schema, operationGroups);
  const sections = Object.entries(operationGroups).flatMap(([noun, group]) => [
    `## ${noun}`,
    ...fieldTable(group, describeLimits),
    ...(group.Mutation === undefined ? [] : [mutationTable(group.Mutation, problems.ownProblems, describeLimits)]),
  ]);
  return `${[headOf(problems), ...sections].join('\n\n')}\n`;
}
