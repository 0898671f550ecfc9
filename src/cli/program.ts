import { Command, CommanderError } from 'commander';
import { addAdminCommands } from './commands/admin.js';
import { addCheckCommand } from './commands/check.js';
import { addKeyCommands } from './commands/keys.js';
import { addMailCommands } from './commands/mail.js';
import { addMaintenanceCommands } from './commands/maintenance.js';
import { addPrintCommands } from './commands/print.js';
import { addProcessCommands } from './commands/processes.js';
import { addServiceClientCommands } from './commands/service-clients.js';
import { addUserCommands } from './commands/users.js';

/** The exit code of wrong arguments. */
const WRONG_USE = 2;

/** Builds the program with all its commands. Each command loads what it needs only when it runs. */
export function createProgram(): Command {
  const program = new Command('gatehouse')
    .description('Runs and administers the gateway.')
    .option('--json', 'print the result as one JSON object')
    .showHelpAfterError('(add --help for the arguments)')
    .exitOverride();
  for (const add of [
    addProcessCommands,
    addUserCommands,
    addAdminCommands,
    addKeyCommands,
    addServiceClientCommands,
    addMailCommands,
    addPrintCommands,
    addMaintenanceCommands,
    addCheckCommand,
  ]) {
    add(program);
  }
  return program;
}

/** Runs a command line. Exits with 0 if the command succeeded, 1 if it failed, and 2 if the arguments are wrong. */
export async function runProgram(words: readonly string[]): Promise<void> {
  try {
    await createProgram().parseAsync(words, { from: 'user' });
  } catch (cause) {
    if (!(cause instanceof CommanderError)) throw cause;
    process.exitCode = cause.exitCode === 0 ? 0 : WRONG_USE;
  }
}
