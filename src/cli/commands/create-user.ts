import { adminInputs } from '../../inputs/admin.js';
import { isProblem, type Problem } from '../../problems.js';
import type { UseCaseContext } from '../../services/use-case.js';
import { type Answer, invalid, refused } from '../answer.js';
import { doubtAbout } from '../doubtful-role.js';

/** The options of `users create`. */
export interface CreateOptions {
  username?: string;
  name?: string;
  role?: string;
  locale?: string;
  verified?: boolean;
  yes?: boolean;
}

function refusal(email: string, username: string | null | undefined, problem: Problem): Answer {
  if (problem.code === 'EMAIL_TAKEN') return refused(problem, `${email}: An account with this address already exists.`);
  if (problem.code === 'USERNAME_TAKEN') return refused(problem, `${username}: This username is taken.`);
  if (problem.code !== 'PASSWORD_REJECTED') return refused(problem);
  return refused(problem, `${problem.message} (${problem.rules.join(', ')})`);
}

/** Creates an account with a password that `askPassword` reads from the terminal or a pipe. */
export async function createAccount(
  context: UseCaseContext,
  typed: string,
  options: CreateOptions,
  askPassword: (email: string) => Promise<string>,
): Promise<Answer> {
  const { username, name: displayName, role, locale, verified: isVerified = false, yes = false } = options;
  const doubt = role === undefined || yes ? undefined : await doubtAbout(context, role);
  if (doubt !== undefined) return doubt;
  const password = await askPassword(typed);
  const input = adminInputs.createUser.safeParse({ email: typed, password, username, displayName, role, locale });
  if (!input.success) return invalid(input.error);
  const { email } = input.data;
  const { createUser } = await import('../../services/admin/create-user.js');
  const outcome = await createUser(context, { ...input.data, isVerified });
  if (isProblem(outcome)) return refusal(email, input.data.username, outcome);
  const next = isVerified
    ? 'and can sign in'
    : 'and can sign in once the address is verified, for which a code is mailed';
  const text = `${email} now has an account with the role ${outcome.role}, ${next}.`;
  return { text, data: { email, userId: outcome.userId, role: outcome.role, isVerified } };
}
