import type { OneTimeCode } from '../../entities/one-time-code.js';
import type { User } from '../../entities/user.js';
import { addSeconds } from '../../lib/clock.js';
import { actFacts } from '../mail-outbox/act-facts.js';
import { writeTypedMail } from '../mail-outbox/typed-mail.js';
import { greeting } from '../mail-outbox/write-mail.js';
import { issueCode } from '../one-time-codes/issue.js';
import { contestPassword, expectAlive } from './first-password.js';
import type { SignupAttempt, SignupWritten } from './signup-attempt.js';

function freshSince({ context, now }: SignupAttempt): Date {
  return addSeconds(now, -context.settings.codeResendSeconds);
}

/**
 * Issues a code for an address. A valid `previous` code of the same user is reused. Without a user the code is a decoy.
 */
export async function writeCode(
  attempt: SignupAttempt,
  code: { userId: string | null; address?: string; previous?: OneTimeCode | null },
): Promise<string> {
  const { context, em, input, now } = attempt;
  const { verificationCodeTtl: codeTtl, verificationLinkTtl: linkTtl } = context.settings;
  const lives = { now, codeTtl, linkTtl, countOnSince: freshSince(attempt) };
  const identity = { purpose: 'VERIFY_EMAIL' as const, address: input.email, ...code };
  const issued = await issueCode(em, context.secretKeys, { ...identity, ...lives });
  if (code.userId !== null) expectAlive(issued);
  return issued.id;
}

/**
 * Notifies the owner, at a limited rate, at the owner's address and in the owner's language. A decoy code counts the
 * caller's attempts.
 */
export async function tellOwner(attempt: SignupAttempt, user: User): Promise<SignupWritten> {
  const { context, em, now } = attempt;
  const { id: userId, email: recipient, locale = null } = user;
  await writeCode(attempt, { userId: null, address: recipient });
  const { requestId } = context;
  const variables = { ...actFacts(context, user, now), ...greeting(user) };
  const notice = { mail: 'already-registered' as const, recipient, locale, variables, requestId, now };
  return { kind: 'written', outboxId: await writeTypedMail(context, em, notice), userId, refused: 'EMAIL_TAKEN' };
}

/** Mails the code of an account: the `previous` one while it is valid, otherwise a new one. */
export async function mailCode(
  attempt: SignupAttempt,
  userId: string,
  { recipient = attempt.input.email, previous = null }: { recipient?: string; previous?: OneTimeCode | null } = {},
): Promise<SignupWritten> {
  const { context, em, input, now } = attempt;
  const codeId = await writeCode(attempt, { userId, address: recipient, previous });
  const { requestId } = context;
  const { locale = null } = input;
  const mail = { mail: 'verify-email' as const, recipient, locale, codeId, variables: greeting(input), requestId, now };
  return { kind: 'written', outboxId: await writeTypedMail(context, em, mail), userId };
}

/**
 * Mails the existing code of an unverified account again. The account is at most marked as contested, as the caller may
 * be a stranger.
 */
export async function mailAgain(
  attempt: SignupAttempt,
  { id: userId, email }: User,
  previous: OneTimeCode,
): Promise<SignupWritten> {
  await contestPassword(attempt.em, attempt.presented, { userId, now: attempt.now });
  return { ...(await mailCode(attempt, userId, { recipient: email, previous })), refused: 'EMAIL_NOT_VERIFIED' };
}
