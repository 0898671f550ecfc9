import { normalIdentifier } from '../lib/email-address.js';
import { isProblem, type Problem } from '../problems.js';
import { OPERATOR } from '../services/admin/administrator.js';
import { changeUser, type UserChange } from '../services/admin/change-user.js';
import { resetTwoFactor } from '../services/admin/reset-two-factor.js';
import { unlockUser } from '../services/admin/unlock-user.js';
import type { UseCaseContext } from '../services/use-case.js';
import { runCommand } from './run-command.js';

function readChange(verb: string | undefined, value: string | undefined): UserChange | undefined {
  if (verb === 'disable') return { disabled: true };
  if (verb === 'enable') return { disabled: false };
  return verb === 'role' && value !== undefined && /^[a-z][a-z0-9_-]{0,31}$/.test(value) ? { role: value } : undefined;
}

const USAGE = `Usage: npm run user -- disable|enable|unlock|reset-two-factor you@example.com
   or: npm run user -- role you@example.com ROLE
Without npm: node dist/cli/change-user.js, followed by the same arguments.`;

const NO_ACCOUNT = 'There is no account with this address.';
const LAST_ADMIN = 'This is the last admin. Make another account an admin first.';
const NO_FACTOR = 'This account has no second factor.';

function reasonOf({ code }: Problem, verb: string | undefined): string {
  if (code !== 'CONFLICT') return NO_ACCOUNT;
  return verb === 'reset-two-factor' ? NO_FACTOR : LAST_ADMIN;
}

/** Runs the use case of a command. Undefined if the arguments are invalid. */
function change(context: UseCaseContext, email: string, verb: string | undefined, value: string | undefined) {
  if (verb === 'unlock') return unlockUser(context, OPERATOR, { email });
  if (verb === 'reset-two-factor') return resetTwoFactor(context, OPERATOR, { email });
  const wanted = readChange(verb, value);
  return wanted === undefined ? undefined : changeUser(context, OPERATOR, { email }, wanted);
}

await runCommand(async ({ context, words: [verb, address, value], say }) => {
  const email = address === undefined ? undefined : normalIdentifier(address);
  const outcome = email === undefined ? undefined : await change(context, email, verb, value);
  if (outcome === undefined) {
    say(USAGE);
    return 2;
  }
  if (isProblem(outcome)) say(reasonOf(outcome, verb));
  else if (!('wasLocked' in outcome)) say(`Done. Sessions ended: ${outcome.endedSessions}.`);
  else say(outcome.wasLocked ? 'Done. The failed attempts are cleared.' : 'The account was not locked.');
  return isProblem(outcome) ? 1 : 0;
});
