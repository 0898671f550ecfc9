import { isProblem } from '../problems.js';
import { changeUser, type UserChange } from '../services/accounts/change-user.js';
import { runCommand } from './run-command.js';

function readChange(verb: string | undefined, value: string | undefined): UserChange | undefined {
  if (verb === 'disable') return { disabled: true };
  if (verb === 'enable') return { disabled: false };
  return verb === 'role' && value !== undefined && /^[a-z][a-z0-9_-]{0,31}$/.test(value) ? { role: value } : undefined;
}

await runCommand(async ({ context, words: [verb, email, value], say }) => {
  const change = readChange(verb, value);
  if (change === undefined || email === undefined) {
    say('Usage: npm run user -- disable|enable you@example.com, or: npm run user -- role you@example.com ROLE');
    return 2;
  }
  const outcome = await changeUser(context, email.trim().toLowerCase(), change);
  say(isProblem(outcome) ? outcome.message : `Done; ${outcome.endedSessions} sessions ended.`);
  return isProblem(outcome) ? 1 : 0;
});
