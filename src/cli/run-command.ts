import type { Command } from 'commander';
import type { UseCaseContext } from '../services/use-case.js';
import { type Answer, printAnswer } from './answer.js';

/** Returns whether the command line asks for JSON, before or after the name of the command. */
export function wantsJson(command: Command): boolean {
  return command.optsWithGlobals<{ json?: boolean }>().json === true;
}

/**
 * Runs a command on a migrated database, prints its answer, and ends the process. The log goes to standard error, so that
 * standard output holds the answer alone.
 */
export async function runOnDatabase(
  command: Command,
  perform: (context: UseCaseContext) => Promise<Answer>,
): Promise<void> {
  const [{ migrateAll, runProcess }, { contextWithoutClient }] = await Promise.all([
    import('../start.js'),
    import('../services/use-case.js'),
  ]);
  await runProcess(
    async ({ dependencies }) => {
      await migrateAll(dependencies);
      // A command ends before a queue could respond, so the relay enqueues what it wrote.
      const add = async (): Promise<void> => undefined;
      const mailQueue = { ...dependencies.mailQueue, add };
      const passwordCheckQueue = { ...dependencies.passwordCheckQueue, add };
      const context = contextWithoutClient({ ...dependencies, mailQueue, passwordCheckQueue }, `cli-${process.pid}`);
      return printAnswer(await perform(context), wantsJson(command));
    },
    { logTo: 'stderr' },
  );
}
