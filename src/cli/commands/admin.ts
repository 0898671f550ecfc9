import type { Command } from 'commander';
import { adminInputs } from '../../inputs/admin.js';
import { isProblem } from '../../problems.js';
import { type Answer, invalid, refused } from '../answer.js';
import { readPassword } from '../read-password.js';
import { runOnDatabase } from '../run-command.js';

/** Prompts for the password at a terminal; from a pipe it is read without a prompt. */
export async function askPassword(email: string): Promise<string> {
  return await readPassword(`Password for ${email}: `);
}

const SECOND_FACTOR =
  '\nThe role takes effect with a second factor: sign in, set up an authenticator app, and sign in again with its code.';

/** Adds the commands that create the first admin. */
export function addAdminCommands(program: Command): void {
  program
    .command('admin')
    .description('create the first admin')
    .command('create')
    .description('create the first admin; asks for the password, or reads it from a pipe')
    .argument('<email>', 'address of the admin; an account that has it becomes the admin')
    .action(async (email: string, _options: object, command: Command) => {
      await runOnDatabase(command, async (context): Promise<Answer> => {
        const { createFirstAdmin } = await import('../../services/admin/create-first-admin.js');
        const input = adminInputs.createFirstAdmin.safeParse({ email, password: await askPassword(email) });
        if (!input.success) return invalid(input.error);
        const outcome = await createFirstAdmin(context, input.data);
        if (!isProblem(outcome)) {
          const { twoFactorRequiredRoles: required } = context.settings;
          const needsSecondFactor = required.includes('admin');
          const text = `${outcome.email} is the first admin and can sign in.${needsSecondFactor ? SECOND_FACTOR : ''}`;
          return { text, data: { email: outcome.email, needsSecondFactor } };
        }
        if (outcome.code !== 'PASSWORD_REJECTED') return refused(outcome);
        return refused(outcome, `${outcome.message} (${outcome.rules.join(', ')})`);
      });
    });
}
