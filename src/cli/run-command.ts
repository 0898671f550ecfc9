import { supportedNode } from '../lib/supported-node.js';
import { contextWithoutClient, type UseCaseContext } from '../services/use-case.js';

/** The input of a command: the use cases' context, the command-line arguments, and a function that prints a line. */
export interface Command {
  context: UseCaseContext;
  words: string[];
  say(line: string): void;
}

/** Runs a command on a migrated database and ends the process with the exit code that the command returns. */
export async function runCommand(command: (given: Command) => Promise<number>): Promise<void> {
  supportedNode();
  const { migrateAll, runProcess } = await import('../start.js');
  await runProcess(async ({ dependencies }) => {
    await migrateAll(dependencies);
    // A command ends before a queue could answer: the relay enqueues what it wrote.
    const add = async (): Promise<void> => undefined;
    const mailQueue = { ...dependencies.mailQueue, add };
    const passwordCheckQueue = { ...dependencies.passwordCheckQueue, add };
    const context = contextWithoutClient({ ...dependencies, mailQueue, passwordCheckQueue }, `cli-${process.pid}`);
    const say = (line: string) => void process.stdout.write(`${line}\n`);
    return await command({ context, words: process.argv.slice(2), say });
  });
}
