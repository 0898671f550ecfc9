import type { Command } from 'commander';
import { adminInputs } from '../../inputs/admin.js';
import { adminFilters } from '../../inputs/admin-lists.js';
import { normalIdentifier } from '../../lib/email-address.js';
import { isProblem } from '../../problems.js';
import { OPERATOR } from '../../services/admin/administrator.js';
import type { UseCaseContext } from '../../services/use-case.js';
import { type Answer, invalid, refused } from '../answer.js';
import { doubtAbout } from '../doubtful-role.js';
import { runOnDatabase } from '../run-command.js';
import { askPassword } from './admin.js';
import { type CreateOptions, createAccount } from './create-user.js';

const MOST = 100;

interface ListOptions {
  text?: string;
  role?: string;
  state?: string;
}

async function list(context: UseCaseContext, options: ListOptions): Promise<Answer> {
  const filter = adminFilters.users.safeParse(options);
  if (!filter.success) return { text: 'The filter is not valid.', code: 'INPUT_INVALID' };
  const { listUsers } = await import('../../services/admin/list-users.js');
  const window = { kind: 'keyset-window', first: MOST, after: null } as const;
  const page = await listUsers(context, filter.data, 'CREATED_AT_DESC', window);
  if (isProblem(page)) return refused(page);
  const users = page.items.map(({ item }) => item);
  const lines = users.map(({ email, role, state, createdAt }) =>
    [email, role, state, createdAt.toISOString()].join('  '),
  );
  if (page.hasNextPage)
    lines.push(`Only the newest ${MOST} are shown. Narrow the list with --text, --role or --state.`);
  return { text: lines.join('\n') || 'No account matches.', data: { users, hasMore: page.hasNextPage } };
}

interface InviteOptions {
  role?: string;
  name?: string;
  locale?: string;
  yes?: boolean;
}

async function invite(context: UseCaseContext, typed: string, options: InviteOptions): Promise<Answer> {
  const { role, name: displayName, locale } = options;
  const input = { email: typed, role, displayName, locale, reason: 'OTHER' };
  const parsed = adminInputs.inviteUser.safeParse(input);
  if (!parsed.success) return invalid(parsed.error);
  const { email } = parsed.data;
  const doubt = role === undefined || options.yes === true ? undefined : await doubtAbout(context, role);
  if (doubt !== undefined) return doubt;
  const { inviteUser } = await import('../../services/admin/invite-user.js');
  const outcome = await inviteUser(context, OPERATOR, {
    email,
    role: parsed.data.role ?? null,
    displayName: parsed.data.displayName ?? null,
    locale: parsed.data.locale ?? null,
  });
  if (!isProblem(outcome)) {
    const when = outcome.mailStatus === 'QUEUED' ? 'is on its way' : 'is sent as soon as the mail server accepts it';
    return { text: `${email} is invited; the email ${when}.`, data: { ...outcome } };
  }
  return refused(
    outcome,
    outcome.code === 'CONFLICT' ? `${email}: An account with this address already exists.` : outcome.message,
  );
}

/** Deletes an account. `isSure` is false if the operator has not confirmed it. */
export async function remove(context: UseCaseContext, email: string, isSure: boolean): Promise<Answer> {
  if (!isSure) {
    return { text: `This permanently deletes ${email}. Run the command again with --yes.`, code: 'NOT_CONFIRMED' };
  }
  const [{ deleteUser }, { findAdminUserByAddress }, { isLastAdmin }] = await Promise.all([
    import('../../services/admin/delete-user.js'),
    import('../../services/admin/user-record.js'),
    import('../../services/accounts/admins.js'),
  ]);
  const user = await findAdminUserByAddress(context, email);
  if (user === null) return { text: `${email}: There is no account with this address.`, code: 'NOT_FOUND' };
  const outcome = await deleteUser(context, OPERATOR, { id: user.id }, user.email);
  if (!isProblem(outcome)) return { text: `${user.email} is deleted.`, data: { ...outcome } };
  if (outcome.code !== 'CONFLICT') return refused(outcome, `${user.email}: ${outcome.message}`);
  const text = (await isLastAdmin(context.em, user))
    ? 'This is the last admin who can sign in.'
    : 'The account changed in the meantime. Run the command again.';
  return refused(outcome, `${user.email}: ${text}`);
}

/** Adds the commands that list, invite and delete accounts. */
export function addAccountCommands(users: Command): void {
  users
    .command('list')
    .description(`list the newest accounts, at most ${MOST}`)
    .option('--text <text>', 'part of an address or a name, at least two characters')
    .option('--role <role>', 'only accounts with this role')
    .option('--state <state>', 'ACTIVE, UNVERIFIED, LOCKED, DISABLED or PASSWORD_CHANGE_REQUIRED')
    .action(async (options: ListOptions, command: Command) => {
      await runOnDatabase(command, (context) => list(context, options));
    });
  users
    .command('create')
    .description('create an account; asks for its password, or reads it from a pipe')
    .argument('<email>', 'address of the account')
    .option('--username <username>', 'alternative sign-in name')
    .option('--name <name>', 'name of the person')
    .option('--role <role>', 'role of the account')
    .option('--locale <locale>', 'language of the emails')
    .option('--verified', 'treat the address as verified; without this option, a code is emailed')
    .option('--yes', 'allow a role that no account has yet')
    .action(async (email: string, options: CreateOptions, command: Command) => {
      await runOnDatabase(command, (context) => createAccount(context, email, options, askPassword));
    });
  users
    .command('invite')
    .description('create an account and mail a link that sets its first password and verifies the address')
    .argument('<email>', 'address of the account')
    .option('--role <role>', 'role of the account')
    .option('--name <name>', 'name of the person')
    .option('--locale <locale>', 'language of the email')
    .option('--yes', 'allow a role that no account has yet')
    .action(async (email: string, options: InviteOptions, command: Command) => {
      await runOnDatabase(command, (context) => invite(context, email, options));
    });
  users
    .command('delete')
    .description('permanently delete an account; the last admin cannot be deleted')
    .argument('<email>', 'address of the account')
    .option('--yes', 'delete without asking again')
    .action(async (email: string, { yes = false }: { yes?: boolean }, command: Command) => {
      await runOnDatabase(command, (context) => remove(context, normalIdentifier(email), yes));
    });
}
