import { isProblem } from '../problems.js';
import { changeUser, type UserChange } from '../services/accounts/change-user.js';
import { unlockUser } from '../services/accounts/unlock-user.js';
import { runCommand } from './run-command.js';

function readChange(verb: string | undefined, value: string | undefined): UserChange | undefined {
  if (verb === 'disable') return { disabled: true };
  if (verb === 'enable') return { disabled: false };
  return verb === 'role' && value !== undefined && /^[a-z][a-z0-9_-]{0,31}$/.test(value) ? { role: value } : undefined;
}

const USAGE = `Usage: npm run user -- disable|enable|unlock you@example.com
   or: npm run user -- role you@example.com ROLE`;

await runCommand(async ({ context, words: [verb, address, value], say }) => {
  const email = address?.trim().toLowerCase();
  const change = readChange(verb, value);
  if (email === undefined || (change === undefined && verb !== 'unlock')) {
    say(USAGE);
    return 2;
  }
  const outcome = change === undefined ? await unlockUser(context, email) : await changeUser(context, email, change);
  if (isProblem(outcome)) say(outcome.message);
  else if (outcome.kind === 'user-changed') say(`Done; ${outcome.endedSessions} sessions ended.`);
  else say(outcome.wasLocked ? 'Done; its wrong tries are forgotten.' : 'There was nothing to unlock.');
  return isProblem(outcome) ? 1 : 0;
});
