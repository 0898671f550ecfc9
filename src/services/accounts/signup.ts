import { UniqueConstraintViolationException } from '@mikro-orm/postgresql';
import { addSeconds } from '../../lib/clock.js';
import { inputProblem, isProblem, type Problem, ProblemError, problem } from '../../problems.js';
import { type NewAuditEvent, recordEvent } from '../audit/record-event.js';
import { type MailStatus, mailStatus } from '../mail-outbox/hand-over.js';
import { refusePassword } from '../passwords/policy.js';
import { comparedKey } from '../users/address-owner.js';
import { inTransaction } from '../work.js';
import { changedMeanwhile, presentPassword } from './first-password.js';
import { writeAccount } from './signup-account.js';
import type { SignupAttempt, SignupContext, SignupInput, SignupWritten } from './signup-attempt.js';

/** The answer to a sign-up. It is identical for a new and for a taken address. */
export interface SignupAccepted {
  kind: 'signup-accepted';
  email: string;
  mailStatus: MailStatus;
  codeExpiresAt: Date;
  resendAvailableAt: Date;
}

type SignupProblem = Problem<'INPUT_INVALID' | 'PASSWORD_REJECTED' | 'USERNAME_TAKEN' | 'EMAIL_TAKEN'>;

function checkInput(settings: SignupContext['settings'], input: SignupInput): SignupProblem | undefined {
  if (typeof input.role === 'string' && !settings.signupRoles.includes(input.role)) {
    return inputProblem(['input', 'role'], 'oneOf', `Choose one of: ${settings.signupRoles.join(', ')}.`);
  }
  if (settings.usernameRequired && typeof input.username !== 'string') {
    return inputProblem(['input', 'username'], 'required', 'Choose a username.');
  }
  if (settings.termsRequired && !input.termsAccepted) {
    return inputProblem(['input', 'termsAccepted'], 'required', 'The terms must be accepted.');
  }
  return refusePassword(settings, input.password, input);
}

function eventOf(outcome: SignupWritten | SignupProblem): NewAuditEvent {
  const refused = isProblem(outcome) ? outcome.code : outcome.refused;
  const refusal = refused === undefined ? {} : { success: false, metadata: { reason: refused } };
  return { type: 'SIGN_UP', userId: isProblem(outcome) ? null : outcome.userId, ...refusal };
}

/**
 * Writes the account, its audit event and the request for the password check. The check is requested for a taken
 * address too.
 */
async function writeAll(attempt: SignupAttempt): Promise<{ writtenAt: Date } | SignupProblem> {
  const { work, input } = attempt;
  const written = await writeAccount(attempt);
  await work.record(eventOf(written));
  if (isProblem(written)) return written;
  const { userId, refused } = written;
  const { password } = input;
  await work.checkPassword({ userId, password, passwordChangedAt: work.now, isStrangers: refused !== undefined });
  return { writtenAt: work.now };
}

/**
 * Turns a lost race into an outcome. Undefined means that the sign-up runs again. USERNAME_TAKEN means that another
 * sign-up took the username. Any other collision asks the client to retry.
 */
async function raceLost(context: SignupContext, error: unknown): Promise<Problem<'USERNAME_TAKEN'> | undefined> {
  if (changedMeanwhile(error)) return undefined;
  if (!(error instanceof UniqueConstraintViolationException)) throw error;
  if (!('constraint' in error && error.constraint === 'users_username_key_unique')) {
    throw new ProblemError(problem('TEMPORARILY_UNAVAILABLE', { retryAfterSeconds: 1 }));
  }
  const refused = problem('USERNAME_TAKEN');
  await recordEvent(context.em, context, eventOf(refused));
  return refused;
}

/** Creates an account that waits for its address to be verified. Account, code and mail are written atomically. */
export async function signup(
  context: SignupContext,
  input: SignupInput,
  overtaken = false,
): Promise<SignupAccepted | SignupProblem> {
  const { settings } = context;
  const refused = checkInput(settings, input);
  if (refused !== undefined) return refused;
  const role = input.role ?? settings.defaultRole;
  const key = comparedKey(context, input.email);
  const { email, password } = input;
  const [status, presented] = await Promise.all([
    mailStatus(context),
    presentPassword(context, { email, key, password, overtaken }),
  ]);
  const written = await inTransaction(context, (work) =>
    writeAll({ context, work, input, role, presented, key }),
  ).catch((error) => raceLost(context, error));
  if (written === undefined) return await signup(context, input, true);
  if ('code' in written) return written;
  const { writtenAt: now } = written;
  return {
    kind: 'signup-accepted',
    email: input.email,
    mailStatus: status,
    codeExpiresAt: addSeconds(now, settings.verificationCodeTtl),
    resendAvailableAt: addSeconds(now, settings.codeResendSeconds),
  };
}
