import type { Command } from 'commander';
import { role as roleName } from '../../inputs/admin.js';
import { normalIdentifier } from '../../lib/email-address.js';
import { isProblem, type Problem } from '../../problems.js';
import { OPERATOR } from '../../services/admin/administrator.js';
import type { UseCaseContext } from '../../services/use-case.js';
import { type Answer, refused } from '../answer.js';
import { doubtAbout } from '../doubtful-role.js';
import { runOnDatabase } from '../run-command.js';
import { describeObstacle, describeSession, describeUser } from '../user-lines.js';
import { addAccountCommands } from './accounts.js';

type OnUser = (context: UseCaseContext, email: string) => Promise<Answer>;

const NO_ACCOUNT = 'There is no account with this address.';
const LAST_ADMIN = 'This is the last admin who can sign in. Make another account an admin first.';

/** The refusal of an act in the words of a command. */
function refusal(email: string, outcome: Problem, onConflict: string): Answer {
  const text = { NOT_FOUND: NO_ACCOUNT, CONFLICT: onConflict }[outcome.code as string] ?? outcome.message;
  return refused(outcome, `${email}: ${text}`);
}

function sessions(count: number): string {
  return count === 1 ? '1 session ended' : `${count} sessions ended`;
}

/** Lifts the locks of an account. */
export const unlock: OnUser = async (context, typed) => {
  const { unlockUser } = await import('../../services/admin/unlock-user.js');
  const outcome = await unlockUser(context, OPERATOR, { email: typed });
  if (isProblem(outcome)) return refusal(typed, outcome, '');
  const { email, wasLocked } = outcome;
  const text = wasLocked ? `${email} is unlocked: the failed attempts are cleared.` : `${email} was not locked.`;
  return { text, data: { email, wasLocked } };
};

function switchAccount(disabled: boolean): OnUser {
  return async (context, typed) => {
    const { changeUser } = await import('../../services/admin/change-user.js');
    const outcome = await changeUser(context, OPERATOR, { email: typed }, { disabled });
    if (isProblem(outcome)) return refusal(typed, outcome, LAST_ADMIN);
    const { email, endedSessions } = outcome;
    const text = disabled ? `${email} is disabled; ${sessions(endedSessions)}.` : `${email} can sign in again.`;
    return { text, data: { email, disabled, endedSessions } };
  };
}

const resetTwoFactor: OnUser = async (context, typed) => {
  const use = await import('../../services/admin/reset-two-factor.js');
  const outcome = await use.resetTwoFactor(context, OPERATOR, { email: typed });
  if (isProblem(outcome)) return refusal(typed, outcome, 'This account has no second factor.');
  const { email, endedSessions } = outcome;
  return {
    text: `${email} no longer has a second factor; ${sessions(endedSessions)}.`,
    data: { email, endedSessions },
  };
};

const endSessions: OnUser = async (context, typed) => {
  const { endUserSessions } = await import('../../services/admin/end-user-sessions.js');
  const outcome = await endUserSessions(context, OPERATOR, { email: typed });
  if (isProblem(outcome)) return refusal(typed, outcome, '');
  const { email, endedSessions } = outcome;
  return { text: `${email}: ${sessions(endedSessions)}.`, data: { email, endedSessions } };
};

const show: OnUser = async (context, email) => {
  const [{ findAdminUserByAddress }, { findSignInObstacles }, { loginWindows }] = await Promise.all([
    import('../../services/admin/user-record.js'),
    import('../../services/admin/sign-in-obstacle.js'),
    import('../../operations/login-windows.js'),
  ]);
  const user = await findAdminUserByAddress(context, email);
  if (user === null) return { text: `${email}: ${NO_ACCOUNT}`, code: 'NOT_FOUND' };
  const [found] = await findSignInObstacles(context, [user.id], loginWindows(context.settings));
  if (found == null) return { text: describeUser(user), data: { user, obstacle: null } };
  const { lastRefusal: _lastRefusal, ...obstacle } = found;
  return { text: `${describeUser(user)}\n${describeObstacle(found, user.email)}`, data: { user, obstacle } };
};

/** Lists the active sessions of an account. */
export const listSessionsOf: OnUser = async (context, typed) => {
  const [{ findAdminUserByAddress }, { listSessions }, { MAX_PAGE_SIZE }] = await Promise.all([
    import('../../services/admin/user-record.js'),
    import('../../services/sessions/list-sessions.js'),
    import('../../services/page.js'),
  ]);
  const user = await findAdminUserByAddress(context, typed);
  if (user === null) return { text: `${typed}: ${NO_ACCOUNT}`, code: 'NOT_FOUND' };
  const { email } = user;
  const [page] = await listSessions(context, [user.id], { kind: 'page-window', first: MAX_PAGE_SIZE, after: null });
  const found = (page?.items ?? []).map(({ item }) => item);
  const text = found.map(describeSession).join('\n') || `${email} has no active session.`;
  return { text, data: { email, sessions: found } };
};

/** Assigns a role to an account. `isSure` allows a role that no account has yet. */
export async function setRole(context: UseCaseContext, typed: string, role: string, isSure: boolean): Promise<Answer> {
  if (!roleName.safeParse(role).success) {
    return { text: 'A role is a letter, then up to 31 lower-case letters, digits, _ or -.', code: 'INPUT_INVALID' };
  }
  const doubt = isSure ? undefined : await doubtAbout(context, role);
  if (doubt !== undefined) return doubt;
  const { changeUser } = await import('../../services/admin/change-user.js');
  const outcome = await changeUser(context, OPERATOR, { email: typed }, { role });
  if (isProblem(outcome)) return refusal(typed, outcome, LAST_ADMIN);
  const { email } = outcome;
  const minutes = Math.ceil(context.settings.accessTokenTtl / 60);
  const text = `${email} now has the role ${role}. Its sessions receive it at their next refresh, within ${minutes} minutes.`;
  return { text, data: { email, role } };
}

function addOnUser(users: Command, name: string, description: string, perform: OnUser): void {
  users
    .command(name)
    .description(description)
    .argument('<email>', 'address of the account')
    .action(async (typed: string, _options: object, command: Command) => {
      await runOnDatabase(command, (context) => perform(context, normalIdentifier(typed)));
    });
}

/** Adds the commands for accounts. */
export function addUserCommands(program: Command): void {
  const users = program.command('users').description('manage accounts');
  addAccountCommands(users);
  addOnUser(users, 'show', 'show an account, and what keeps its owner from signing in', show);
  addOnUser(users, 'sessions', 'list the active sessions of an account', listSessionsOf);
  addOnUser(users, 'unlock', 'lift the locks caused by failed attempts', unlock);
  addOnUser(
    users,
    'disable',
    'disable an account and end its sessions; the last admin cannot be disabled',
    switchAccount(true),
  );
  addOnUser(users, 'enable', 'enable a disabled account', switchAccount(false));
  addOnUser(users, 'end-sessions', 'end all sessions of an account', endSessions);
  addOnUser(users, 'reset-two-factor', 'remove the second factor of an account and end its sessions', resetTwoFactor);
  users
    .command('role')
    .description('assign a role to an account, effective from its next refresh; the last admin must stay an admin')
    .argument('<email>', 'address of the account')
    .argument('<role>', 'the new role')
    .option('--yes', 'allow a role that no account has yet')
    .action(async (typed: string, role: string, { yes = false }: { yes?: boolean }, command: Command) => {
      await runOnDatabase(command, (context) => setRole(context, normalIdentifier(typed), role, yes));
    });
}
