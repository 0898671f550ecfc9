import { User } from '../../entities/user.js';
import type { AdminInput } from '../../inputs/admin.js';
import { type Problem, problem } from '../../problems.js';
import type { MailStatus } from '../mail-outbox/hand-over.js';
import { mailStatus } from '../mail-outbox/hand-over.js';
import { greeting } from '../mail-outbox/write-mail.js';
import { issueCode, lockOrMakeCode } from '../one-time-codes/issue.js';
import { refusePassword } from '../passwords/policy.js';
import type { Request, UseCaseContext } from '../use-case.js';
import { comparedKey, findAddressOwner } from '../users/address-owner.js';
import { inTransaction, type Work } from '../work.js';
import { administratorFacts, OPERATOR } from './administrator.js';
import { insertAccount } from './insert-account.js';

/** An account that an operator creates, with its first password. */
export interface NewUser extends AdminInput<'createUser'> {
  /** Whether the operator knows that the person has the mailbox. Otherwise a code is mailed. */
  isVerified: boolean;
}

/** The created account. */
export interface UserCreated {
  kind: 'user-created';
  userId: string;
  role: string;
  /** Whether the code leaves soon; null if none is needed. */
  mailStatus: MailStatus | null;
}

type CreateProblem = Problem<'EMAIL_TAKEN' | 'USERNAME_TAKEN'>;

/** Records the creation of an account, or its refusal. */
async function record(work: Work, user: User | null, facts: Record<string, string | boolean>): Promise<void> {
  const metadata = { ...administratorFacts(OPERATOR), ...facts };
  await work.record({ type: 'SIGN_UP', success: !('problem' in facts), userId: user?.id ?? null, metadata });
}

async function isTaken({ em }: Work, { username }: NewUser): Promise<boolean> {
  return username != null && (await em.count(User, { usernameKey: username.toLowerCase() })) > 0;
}

/** Mails the code that verifies the address, as after a sign-up. */
async function mailCode(work: Work, user: User): Promise<void> {
  const { em, now, settings, secretKeys } = work;
  const { id: userId, email: address, locale = null } = user;
  const { verificationCodeTtl: codeTtl, verificationLinkTtl: linkTtl } = settings;
  const code = { purpose: 'VERIFY_EMAIL' as const, address, userId, now, codeTtl, linkTtl };
  const { id: codeId } = await issueCode(em, secretKeys, code);
  await work.mail({ mail: 'verify-email', recipient: address, locale, userId, codeId, variables: greeting(user) });
}

async function create(work: Work, input: NewUser, passwordHash: string): Promise<UserCreated | CreateProblem> {
  const { email, password, isVerified, ...account } = input;
  // Locked before the account, in the common order.
  if (!isVerified) await lockOrMakeCode(work.em, work.secretKeys, 'VERIFY_EMAIL', email);
  const refuse = async (code: CreateProblem['code'], owner: User | null = null): Promise<CreateProblem> => {
    await record(work, owner, { problem: code });
    return problem(code);
  };
  const owner = await findAddressOwner(work.em, email, comparedKey(work, email));
  if (owner !== null) return await refuse('EMAIL_TAKEN', owner);
  if (await isTaken(work, input)) return await refuse('USERNAME_TAKEN');
  const verified = isVerified ? { emailVerifiedAt: work.now } : {};
  const user = await insertAccount(work, { ...account, email, passwordHash, ...verified });
  if (user === null) return await refuse((await isTaken(work, input)) ? 'USERNAME_TAKEN' : 'EMAIL_TAKEN');
  await record(work, user, { role: user.role ?? '', verified: isVerified });
  await work.checkPassword({ userId: user.id, password, passwordChangedAt: work.now });
  if (!isVerified) await mailCode(work, user);
  return { kind: 'user-created', userId: user.id, role: user.role ?? '', mailStatus: null };
}

/**
 * Creates an account with a first password. Unless its address is known to be verified, its owner is mailed the code that
 * verifies it.
 */
export async function createUser(
  context: Request & Pick<UseCaseContext, 'passwordHasher'>,
  input: NewUser,
): Promise<UserCreated | CreateProblem | Problem<'PASSWORD_REJECTED'>> {
  const { password, email, username, displayName } = input;
  const refused = refusePassword(context.settings, password, { email, username, displayName });
  if (refused !== undefined) return refused;
  const passwordHash = await context.passwordHasher.hash(password);
  const created = await inTransaction(context, (work) => create(work, input, passwordHash));
  if (created.kind !== 'user-created' || input.isVerified) return created;
  return { ...created, mailStatus: await mailStatus(context) };
}
