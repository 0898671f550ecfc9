import type { Command } from 'commander';
import { printAnswer } from '../answer.js';
import { wantsJson } from '../run-command.js';

async function readSettings() {
  const { loadSettings, readEnvironment, SettingsError } = await import('../../settings.js');
  const { describeSettings } = await import('../../settings/described-settings.js');
  try {
    return describeSettings(loadSettings(readEnvironment()));
  } catch (cause) {
    if (cause instanceof SettingsError) return cause;
    throw cause;
  }
}

async function printConfig(asJson: boolean): Promise<number> {
  const found = await readSettings();
  if (found instanceof Error) return printAnswer({ text: found.message, code: 'SETTINGS_INVALID' }, asJson);
  const text = found.map(({ name, value, isSet }) => `${isSet ? ' ' : '#'} ${name}=${value}`).join('\n');
  return printAnswer({ text, data: { settings: found } }, asJson);
}

/** Adds the commands that print what the gateway would use, without connecting to anything. */
export function addPrintCommands(program: Command): void {
  program
    .command('config')
    .description('print the settings')
    .command('print')
    .description('print every setting as it applies; # marks a default, and secrets are masked')
    .action(async (_options: object, command: Command) => {
      process.exitCode = await printConfig(wantsJson(command));
    });
  program
    .command('schema')
    .description('print the GraphQL schema')
    .command('print')
    .description('print the schema of the subgraph, for composition and code generation')
    .action(async (_options: object, command: Command) => {
      const { createSubgraph } = await import('../../app.js');
      const { sdl } = createSubgraph();
      process.exitCode = printAnswer({ text: sdl.trimEnd(), data: { sdl } }, wantsJson(command));
    });
}
