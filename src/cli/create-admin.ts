import { isProblem } from '../problems.js';
import { createFirstAdmin } from '../services/admin/create-first-admin.js';
import { readPassword } from './read-password.js';
import { runCommand } from './run-command.js';

const USAGE = `Usage: npm run admin:create -- you@example.com
   or: node dist/cli/create-admin.js you@example.com
Asks for a password, or reads it from a pipe.`;

await runCommand(async ({ context, words: [email], say }) => {
  if (email === undefined) {
    say(USAGE);
    return 2;
  }
  const password = await readPassword(`Password for ${email}: `);
  const outcome = await createFirstAdmin(context, { email, password });
  if (!isProblem(outcome)) {
    say(`${outcome.email} is the first admin and can sign in.`);
    return 0;
  }
  say(outcome.code === 'PASSWORD_REJECTED' ? `${outcome.message} (${outcome.rules.join(', ')})` : outcome.message);
  return 1;
});
