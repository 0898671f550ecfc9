import { User } from '../../entities/user.js';
import { addSeconds } from '../../lib/clock.js';
import { inputProblem, isProblem, type Problem, problem } from '../../problems.js';
import { recordRefusal } from '../audit/record-refusal.js';
import { lockOne } from '../locks.js';
import { actFacts } from '../mail-outbox/act-facts.js';
import { type MailAccepted, mailStatus } from '../mail-outbox/hand-over.js';
import { mailTyped } from '../mail-outbox/typed-mail.js';
import { greeting } from '../mail-outbox/write-mail.js';
import { issueCode, lockOrMakeCode } from '../one-time-codes/issue.js';
import { type PasswordProof, type PasswordProofProblem, requirePassword } from '../passwords/require-password.js';
import type { Request, UseCaseContext } from '../use-case.js';
import { comparedKey, findAddressOwner } from '../users/address-owner.js';
import { inTransaction, type Work, type WorkMail } from '../work.js';

/** The user's authentication and the new address, which is already trimmed and lower-cased. */
export interface EmailChangeRequest extends PasswordProof {
  newEmail: string;
}

type Needs = Request & Pick<UseCaseContext, 'passwordHasher'>;
type RequestProblem = PasswordProofProblem | Problem<'UNAUTHENTICATED' | 'INPUT_INVALID' | 'EMAIL_TAKEN'>;

interface Written {
  kind: 'written';
  resendAvailableAt: Date;
}

/**
 * Returns the other account that has verified the address or is disabled. An account that never verified it is
 * replaced.
 */
async function findTaker(work: Work, user: User, newEmail: string): Promise<User | null> {
  const owner = await findAddressOwner(work.em, newEmail, comparedKey(work, newEmail));
  if (owner === null || owner.id === user.id) return null;
  return owner.emailVerifiedAt !== null || owner.disabledAt !== null ? owner : null;
}

/** Builds the code mail to the new address or, if it is taken, a rate-limited notice to its owner. */
function mailFor(
  work: Work,
  { user, taker, newEmail, codeId }: { user: User; taker: User | null; newEmail: string; codeId: string },
): WorkMail {
  const { locale = null } = taker ?? user;
  const variables = { ...actFacts(work, taker ?? user, work.now), ...greeting(taker ?? user) };
  const addressed = { recipient: taker?.email ?? newEmail, locale, userId: (taker ?? user).id, variables };
  return taker === null ? { mail: 'change-email', codeId, ...addressed } : { mail: 'already-registered', ...addressed };
}

/** Issues a code or, for a taken address, a decoy that never works. The caller cannot tell which. */
async function writeCode(work: Work, user: User, newEmail: string): Promise<Written | Problem<'EMAIL_TAKEN'>> {
  const { em, now, settings, secretKeys } = work;
  const { emailChangeCodeTtl: codeTtl, verificationLinkTtl: linkTtl, codeResendSeconds } = settings;
  const taker = await findTaker(work, user, newEmail);
  if (taker !== null && settings.signupRevealsAccounts) return problem('EMAIL_TAKEN');
  const userId = taker === null ? user.id : null;
  const code = { purpose: 'CHANGE_EMAIL' as const, address: user.id, userId, now, codeTtl, linkTtl };
  const { id: codeId } = await issueCode(em, secretKeys, code);
  user.pendingEmail = newEmail;
  await mailTyped(work, mailFor(work, { user, taker, newEmail, codeId }));
  return { kind: 'written', resendAvailableAt: addSeconds(now, codeResendSeconds) };
}

async function write(work: Work, { userId, newEmail }: EmailChangeRequest): Promise<Written | RequestProblem> {
  const { em, now, settings, secretKeys } = work;
  const previous = await lockOrMakeCode(em, secretKeys, 'CHANGE_EMAIL', userId);
  const user = await lockOne(em, User, { id: userId, disabledAt: null });
  if (user === null) return problem('UNAUTHENTICATED');
  if (user.email === newEmail)
    return inputProblem(['input', 'newEmail'], 'unchanged', 'This is already the address of this account.');
  const availableAt = addSeconds(previous.issuedAt, settings.codeResendSeconds);
  // A user who mistyped the address can correct it without waiting.
  if (availableAt > now && user.pendingEmail === newEmail) return { kind: 'written', resendAvailableAt: availableAt };
  const written = await writeCode(work, user, newEmail);
  const refusal = isProblem(written) ? { success: false, metadata: { reason: written.code } } : {};
  await work.record({ type: 'EMAIL_CHANGE_REQUEST', userId, actorId: userId, ...refusal });
  return written;
}

/**
 * Mails a code to the new address of an account. Unless sign-up reveals accounts, a taken address gets the same answer
 * and causes the same work: its owner is notified by mail, and no code works. During the cool-down the same address
 * gets no further mail.
 */
export async function requestEmailChange(
  context: Needs,
  input: EmailChangeRequest,
): Promise<MailAccepted | RequestProblem> {
  const unproven = await requirePassword(context, input);
  if (unproven !== undefined) return await recordRefusal(context, 'EMAIL_CHANGE_REQUEST', input.userId, unproven);
  const [status, written] = await Promise.all([
    mailStatus(context),
    inTransaction(context, (work) => write(work, input)),
  ]);
  if (isProblem(written)) return written;
  const { resendAvailableAt } = written;
  return { kind: 'mail-accepted', email: input.newEmail, mailStatus: status, resendAvailableAt };
}
