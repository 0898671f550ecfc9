import type { Command } from 'commander';
import type { Status } from '../../services/admin/status.js';
import type { Answer } from '../answer.js';
import { runOnDatabase } from '../run-command.js';

function describe({ version, parts, findings }: Status): string {
  const states = parts.map(({ name, state, isUsed }) => `  ${name}: ${isUsed ? state : 'not used'}`);
  const found = findings.flatMap(({ severity, what, why, next }) => [
    '',
    `${severity}: ${what}`,
    `  ${why}`,
    `  ${next}`,
  ]);
  return [`Gatehouse ${version}`, ...states, ...found].join('\n');
}

function answerOf(status: Status): Answer {
  const { version, parts, findings } = status;
  const isDown = findings.some(({ severity }) => severity === 'ERROR');
  return { text: describe(status), data: { version, parts, findings }, ...(isDown ? { code: 'PART_DOWN' } : {}) };
}

/** Adds the command that checks the components. */
export function addCheckCommand(program: Command): void {
  program
    .command('check')
    .description('check the components that the gateway uses, and say what to do about those that do not work')
    .action(async (_options: object, command: Command) => {
      await runOnDatabase(command, async (context) => {
        const { readStatus } = await import('../../services/admin/status.js');
        await context.watch();
        return answerOf(await readStatus(context));
      });
    });
}
