import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import { printAnswer } from '../answer.js';
import { runOnDatabase, wantsJson } from '../run-command.js';

/** Adds the commands for emails. */
export function addMailCommands(program: Command): void {
  const mail = program.command('mail').description('test the mail server, or preview emails');
  mail
    .command('test')
    .description('send a test email through the configured mail server, and report what fails')
    .argument('<address>', 'the recipient')
    .action(async (address: string, _options: object, command: Command) => {
      await runOnDatabase(command, async (context) => {
        const { testMail } = await import('./mail-test.js');
        return await testMail(context, address);
      });
    });
  mail
    .command('preview')
    .description('render every email in every language with sample values')
    .argument('[folder]', 'where to write the pages', 'data/mail-preview')
    .action(async (folder: string, _options: object, command: Command) => {
      const { writePreview } = await import('../../mail/preview.js');
      const written = writePreview(resolve(folder));
      const { href } = pathToFileURL(written.index);
      const text = `${written.mails} emails in ${written.languages} languages: ${href}`;
      process.exitCode = printAnswer({ text, data: { ...written } }, wantsJson(command));
    });
}
