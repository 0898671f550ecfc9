import { type EntityManager, LockMode } from '@mikro-orm/postgresql';
import { User } from '../../entities/user.js';
import { addSeconds } from '../../lib/clock.js';
import { inputProblem, isProblem, type Problem, problem } from '../../problems.js';
import { recordEvent } from '../audit/record-event.js';
import { recordRefusal } from '../audit/record-refusal.js';
import { actFacts } from '../mail-outbox/act-facts.js';
import { handOver, type MailAccepted, type MailingContext, mailStatus } from '../mail-outbox/hand-over.js';
import { writeTypedMail } from '../mail-outbox/typed-mail.js';
import { greeting, type NewMail } from '../mail-outbox/write-mail.js';
import { issueCode, lockOrMakeCode } from '../one-time-codes/issue.js';
import {
  type PasswordProof,
  type PasswordProofContext,
  type PasswordProofProblem,
  requirePassword,
} from '../passwords/require-password.js';
import type { UseCaseContext } from '../use-case.js';
import { comparedKey, findAddressOwner } from '../users/address-owner.js';

/** Who moves where; the address is trimmed and lower-cased already. */
export interface EmailChangeRequest extends PasswordProof {
  newEmail: string;
}

type Needs = PasswordProofContext &
  Pick<UseCaseContext, 'em' | 'clock' | 'settings' | 'secretKeys' | 'client'> &
  MailingContext;
type RequestProblem = PasswordProofProblem | Problem<'UNAUTHENTICATED' | 'INPUT_INVALID' | 'EMAIL_TAKEN'>;

interface Request {
  context: Needs;
  em: EntityManager;
  user: User;
  newEmail: string;
  now: Date;
}

interface Written {
  kind: 'written';
  resendAvailableAt: Date;
  outboxId?: string;
}

/** Who has proven the address, or was shut out with it; an account that never proved it gives way. */
async function findTaker({ context, em, user, newEmail }: Request): Promise<User | null> {
  const owner = await findAddressOwner(em, newEmail, comparedKey(context, newEmail));
  if (owner === null || owner.id === user.id) return null;
  return owner.emailVerifiedAt !== null || owner.disabledAt !== null ? owner : null;
}

/** To the new address its code; to the owner of a taken one, once in a while, that it is taken. */
function mailFor(
  { context, user, newEmail, now }: Request,
  taker: User | null,
  codeId: string,
): Omit<NewMail, 'requestId' | 'now'> {
  const { locale = null } = taker ?? user;
  const variables = { ...actFacts(context, taker ?? user, now), ...greeting(taker ?? user) };
  const addressed = { recipient: taker?.email ?? newEmail, locale, variables };
  return taker === null ? { mail: 'change-email', codeId, ...addressed } : { mail: 'already-registered', ...addressed };
}

/** A code that works, or for a taken address one that never does: the caller cannot tell which. */
async function writeCode(request: Request): Promise<Written | Problem<'EMAIL_TAKEN'>> {
  const { context, em, user, newEmail, now } = request;
  const { emailChangeCodeTtl: codeTtl, verificationLinkTtl: linkTtl, codeResendSeconds } = context.settings;
  const taker = await findTaker(request);
  if (taker !== null && context.settings.signupRevealsAccounts) return problem('EMAIL_TAKEN');
  const userId = taker === null ? user.id : null;
  const code = { purpose: 'CHANGE_EMAIL' as const, address: user.id, userId, now, codeTtl, linkTtl };
  const { id } = await issueCode(em, context.secretKeys, code);
  user.pendingEmail = newEmail;
  const { requestId } = context;
  const outboxId = await writeTypedMail(context, em, { ...mailFor(request, taker, id), requestId, now });
  return { kind: 'written', resendAvailableAt: addSeconds(now, codeResendSeconds), outboxId };
}

async function write(
  context: Needs,
  em: EntityManager,
  input: EmailChangeRequest,
  now: Date,
): Promise<Written | RequestProblem> {
  const { userId, newEmail } = input;
  const previous = await lockOrMakeCode(em, context.secretKeys, 'CHANGE_EMAIL', userId);
  const user = await em.findOne(User, { id: userId, disabledAt: null }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (user === null) return problem('UNAUTHENTICATED');
  if (user.email === newEmail)
    return inputProblem(['input', 'newEmail'], 'unchanged', 'This is already the address of this account.');
  const availableAt = addSeconds(previous.issuedAt, context.settings.codeResendSeconds);
  // Whoever mistyped the address need not wait to type it right.
  if (availableAt > now && user.pendingEmail === newEmail) return { kind: 'written', resendAvailableAt: availableAt };
  const written = await writeCode({ context, em, user, newEmail, now });
  const refusal = isProblem(written) ? { success: false, metadata: { reason: written.code } } : {};
  await recordEvent(em, context, { type: 'EMAIL_CHANGE_REQUEST', userId, actorId: userId, ...refusal });
  return written;
}

/**
 * Mails a code to the address that an account is to move to. A taken address has the same answer and the same work: its owner
 * is told by mail, and no code works. Within the cool-down nothing is mailed to the same address again.
 */
export async function requestEmailChange(
  context: Needs,
  input: EmailChangeRequest,
): Promise<MailAccepted | RequestProblem> {
  const unproven = await requirePassword(context, input);
  if (unproven !== undefined) return await recordRefusal(context, 'EMAIL_CHANGE_REQUEST', input.userId, unproven);
  const now = context.clock.now();
  const [status, written] = await Promise.all([
    mailStatus(context),
    context.em.transactional((em) => write(context, em, input, now)),
  ]);
  if (isProblem(written)) return written;
  if (written.outboxId !== undefined) handOver(context, written.outboxId);
  const { resendAvailableAt } = written;
  return { kind: 'mail-accepted', email: input.newEmail, mailStatus: status, resendAvailableAt };
}
