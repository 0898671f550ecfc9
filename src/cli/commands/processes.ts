import type { Command } from 'commander';
import { runOnDatabase } from '../run-command.js';

/** Adds the commands that run the gateway or prepare its database. */
export function addProcessCommands(program: Command): void {
  program
    .command('start')
    .description('serve the API, and run the worker unless RUN_WORKER is off')
    .action(async () => void (await import('../../main.js')));
  program
    .command('worker')
    .description('run the worker alone')
    .action(async () => void (await import('../../worker.js')));
  program
    .command('migrate')
    .description('migrate the database to this version; servers also do this when they start')
    .action(async (_options: object, command: Command) => {
      // Every command migrates the database before it runs. This one does nothing else.
      await runOnDatabase(command, async () => ({ text: 'The database is up to date.' }));
    });
}
