import type { OneTimeCode } from '../../entities/one-time-code.js';
import { addSeconds } from '../../lib/clock.js';
import { runAll, type Sql } from '../../lib/sql.js';
import { actFacts } from '../mail-outbox/act-facts.js';
import { mailTyped } from '../mail-outbox/typed-mail.js';
import { greeting } from '../mail-outbox/write-mail.js';
import { prepareCode } from '../one-time-codes/issue.js';
import type { Account } from '../users/user-columns.js';
import { contestPassword, expectAlive } from './first-password.js';
import type { SignupAttempt, SignupWritten } from './signup-attempt.js';

/** The code of a sign-up. */
interface SignupCode {
  /** Without a user the code is a decoy. */
  userId: string | null;
  /** Defaults to the typed address. */
  address?: string;
  /** A valid previous code of the same user is reused. */
  previous?: OneTimeCode | null;
  /** A statement that is sent with the code, before it. The code is only issued if the user exists after it. */
  after?: Sql;
}

/** Issues a code for an address. Returns its id, and whether it belongs to a user. */
export async function writeCode(
  { context, work, input }: SignupAttempt,
  { after, address = input.email, ...code }: SignupCode,
): Promise<{ id: string; isIssued: boolean }> {
  const { verificationCodeTtl: codeTtl, verificationLinkTtl: linkTtl, codeResendSeconds } = context.settings;
  const { em, now } = work;
  const lives = { now, codeTtl, linkTtl, countOnSince: addSeconds(now, -codeResendSeconds) };
  const identity = { purpose: 'VERIFY_EMAIL' as const, address, ...code };
  const onlyForUser = after !== undefined;
  const prepared = prepareCode(context.secretKeys, { ...identity, ...lives }, { onlyForUser });
  const results = await runAll(em, onlyForUser ? [after, prepared.statement] : [prepared.statement]);
  const isIssued = results.at(-1)?.[0]?.user_id != null;
  return { id: prepared.code.id, isIssued };
}

/**
 * Notifies the owner, at a limited rate, at the owner's address and in the owner's language. A decoy code counts the
 * caller's attempts.
 */
export async function mailOwner(attempt: SignupAttempt, user: Account): Promise<SignupWritten> {
  const { work } = attempt;
  const { id: userId, email: recipient, locale = null } = user;
  await writeCode(attempt, { userId: null, address: recipient });
  const variables = { ...actFacts(work, user, work.now), ...greeting(user) };
  await mailTyped(work, { mail: 'already-registered', recipient, locale, userId, variables });
  return { kind: 'written', userId, refused: 'EMAIL_TAKEN' };
}

/** Mails an issued code to its address. */
export async function mailIssued(
  { work, input }: SignupAttempt,
  { codeId, userId, recipient = input.email }: { codeId: string; userId: string; recipient?: string | undefined },
): Promise<SignupWritten> {
  const { locale = null } = input;
  await mailTyped(work, { mail: 'verify-email', recipient, locale, userId, codeId, variables: greeting(input) });
  return { kind: 'written', userId };
}

/** Mails the code of an account: the previous one while it is valid, otherwise a new one. */
export async function mailCode(attempt: SignupAttempt, code: SignupCode & { userId: string }): Promise<SignupWritten> {
  const { id: codeId, isIssued } = await writeCode(attempt, code);
  expectAlive(isIssued);
  return await mailIssued(attempt, { codeId, userId: code.userId, recipient: code.address });
}

/**
 * Mails the existing code of an unverified account again. The account is at most marked as contested, as the caller may
 * be a stranger.
 */
export async function mailAgain(
  attempt: SignupAttempt,
  { id: userId, email: address }: Account,
  previous: OneTimeCode,
): Promise<SignupWritten> {
  const after = contestPassword(attempt.presented, { userId, now: attempt.work.now });
  return { ...(await mailCode(attempt, { userId, address, previous, after })), refused: 'EMAIL_NOT_VERIFIED' };
}
