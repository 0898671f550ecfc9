import { randomUUID } from 'node:crypto';
import { type EntityManager, UniqueConstraintViolationException } from '@mikro-orm/postgresql';
import type { OneTimeCode } from '../../entities/one-time-code.js';
import { User } from '../../entities/user.js';
import { addSeconds } from '../../lib/clock.js';
import { inputProblem, isProblem, type Problem, ProblemError, problem } from '../../problems.js';
import { type NewAuditEvent, recordEvent } from '../audit/record-event.js';
import { actFacts } from '../mail-outbox/act-facts.js';
import { handOver, type MailStatus, mailStatus } from '../mail-outbox/hand-over.js';
import { writeTypedMail } from '../mail-outbox/typed-mail.js';
import { greeting } from '../mail-outbox/write-mail.js';
import { issueCode, lockCode } from '../one-time-codes/issue.js';
import { handOverPasswordCheck, requestPasswordCheck } from '../passwords/breach-check.js';
import { refusePassword } from '../passwords/policy.js';
import type { UseCaseContext } from '../use-case.js';
import { comparedKey, findAddressOwner } from './address-owner.js';
import {
  changedMeanwhile,
  contestPassword,
  expectAlive,
  newHash,
  type PresentedPassword,
  presentPassword,
} from './first-password.js';

/** What a new user tells; the address is trimmed and lower-cased already. */
export interface SignupInput {
  email: string;
  password: string;
  username?: string | null;
  displayName?: string | null;
  role?: string | null;
  locale?: string | null;
  timezone?: string | null;
  termsAccepted: boolean;
  privacyPolicyAccepted: boolean;
}

/** The answer for a new address, and word for word for a taken one. */
export interface SignupAccepted {
  kind: 'signup-accepted';
  email: string;
  mailStatus: MailStatus;
  codeExpiresAt: Date;
  resendAvailableAt: Date;
}

type Needs = Pick<
  UseCaseContext,
  | 'em'
  | 'query'
  | 'clock'
  | 'settings'
  | 'secretKeys'
  | 'passwordHasher'
  | 'mailQueue'
  | 'mailRoute'
  | 'passwordCheckQueue'
  | 'requestId'
  | 'logger'
  | 'client'
>;
type SignupProblem = Problem<'INPUT_INVALID' | 'PASSWORD_REJECTED' | 'USERNAME_TAKEN' | 'EMAIL_TAKEN'>;

const INSERT_USER = `
  INSERT INTO users (id, email, email_key, username, username_key, display_name, role, password_hash, password_changed_at,
    locale, timezone, terms_accepted_at, privacy_policy_accepted_at, created_at, updated_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT DO NOTHING
  RETURNING id`;

function checkInput(settings: UseCaseContext['settings'], input: SignupInput): SignupProblem | undefined {
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

interface Attempt {
  context: Needs;
  em: EntityManager;
  input: SignupInput;
  role: string;
  presented: PresentedPassword;
  now: Date;
  /** What EMAIL_DEDUPLICATION compares of the address. */
  key: string | null;
}

/** What was written for a sign-up. */
interface Written {
  kind: 'written';
  outboxId: string;
  /** Whose the address is. */
  userId: string;
  /** Why the account is not this caller's, who is not told; absent where it is, and the password with it. */
  refused?: string;
}

async function insertUser({ em, input, role, presented, now, key }: Attempt): Promise<string | null> {
  const { email, username = null, displayName = null, locale = null, timezone = null } = input;
  const accepted = (yes: boolean) => (yes ? now : null);
  const names = [randomUUID(), email, key, username, username?.toLowerCase() ?? null, displayName];
  const consent = [accepted(input.termsAccepted), accepted(input.privacyPolicyAccepted)];
  const values = [...names, role, newHash(presented), now, locale, timezone, ...consent, now, now];
  const [row] = await em.execute<{ id: string }[]>(INSERT_USER, values);
  return row?.id ?? null;
}

/** An account whose address was never verified belongs to its first sign-up until its link has run out, and then to the next one. */
async function replaceUnverified({ em, input, role, presented, now, key }: Attempt, user: User): Promise<void> {
  const {
    username = user.username,
    displayName = user.displayName,
    locale = user.locale,
    timezone = user.timezone,
  } = input;
  await em.nativeUpdate(
    User,
    { id: user.id, emailVerifiedAt: null },
    {
      email: input.email,
      emailKey: key,
      username,
      usernameKey: username?.toLowerCase() ?? null,
      displayName,
      role,
      passwordHash: newHash(presented),
      passwordChangedAt: now,
      passwordBreachedAt: null,
      passwordContestedAt: null,
      locale,
      timezone,
      termsAcceptedAt: input.termsAccepted ? now : null,
      privacyPolicyAcceptedAt: input.privacyPolicyAccepted ? now : null,
      updatedAt: now,
    },
  );
}

function freshSince({ context, now }: Attempt): Date {
  return addSeconds(now, -context.settings.codeResendSeconds);
}

/** A code of an address: for a user the living one of the row before where there is one; without a user a decoy. */
async function writeCode(
  attempt: Attempt,
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
 * The owner is told once in a while, at the address and in the language that they have. A code that never works counts the
 * caller's tries.
 */
async function tellOwner(attempt: Attempt, user: User): Promise<Written> {
  const { context, em, now } = attempt;
  const { id: userId, email: recipient, locale = null } = user;
  await writeCode(attempt, { userId: null, address: recipient });
  const { requestId } = context;
  const variables = { ...actFacts(context, user, now), ...greeting(user) };
  const notice = { mail: 'already-registered' as const, recipient, locale, variables, requestId, now };
  return { kind: 'written', outboxId: await writeTypedMail(context, em, notice), userId, refused: 'EMAIL_TAKEN' };
}

/** Mails the code of an account to its address: the living one of the row before, or a new one. */
async function mailCode(
  attempt: Attempt,
  userId: string,
  { recipient = attempt.input.email, previous = null }: { recipient?: string; previous?: OneTimeCode | null } = {},
): Promise<Written> {
  const { context, em, input, now } = attempt;
  const codeId = await writeCode(attempt, { userId, address: recipient, previous });
  const { requestId } = context;
  const { locale = null } = input;
  const mail = { mail: 'verify-email' as const, recipient, locale, codeId, variables: greeting(input), requestId, now };
  return { kind: 'written', outboxId: await writeTypedMail(context, em, mail), userId };
}

/** Mails the code that an unverified account has once more. Nothing of it changes: the caller may be a stranger. */
async function mailAgain(attempt: Attempt, { id: userId, email }: User, previous: OneTimeCode): Promise<Written> {
  await contestPassword(attempt.em, attempt.presented, { userId, now: attempt.now });
  return { ...(await mailCode(attempt, userId, { recipient: email, previous })), refused: 'EMAIL_NOT_VERIFIED' };
}

/** The account waits for the proof of another spelling of the address: its link is mailed again to where it was. */
async function answerOtherSpelling(attempt: Attempt, user: User): Promise<Written> {
  // The typed spelling before the owner's: others that type the same wait here, and nobody in a circle.
  await writeCode(attempt, { userId: null });
  const code = await lockCode(attempt.em, 'VERIFY_EMAIL', user.email);
  if (code?.user?.id === user.id && code.linkExpiresAt > attempt.now) return await mailAgain(attempt, user, code);
  await replaceUnverified(attempt, user);
  return await mailCode(attempt, user.id);
}

/** Who has the address, read before anything is written, so that a new one and a taken one cost the same. */
interface Holder {
  code: OneTimeCode | null;
  user: User | null;
}

async function findHolder({ em, input, key }: Attempt): Promise<Holder> {
  const code = await lockCode(em, 'VERIFY_EMAIL', input.email);
  const user = await findAddressOwner(em, input.email, key);
  // An account that came between the two statements has a code by now, and is as much its first sign-up's as any other.
  return { code: code === null && user !== null ? await lockCode(em, 'VERIFY_EMAIL', input.email) : code, user };
}

/** The address is taken: its owner gets a mail, and the caller learns nothing. */
async function answerTaken(attempt: Attempt, user: User, code: OneTimeCode | null): Promise<Written> {
  const { input, now } = attempt;
  if (user.emailVerifiedAt !== null || user.disabledAt !== null) return await tellOwner(attempt, user);
  if (user.email !== input.email) return await answerOtherSpelling(attempt, user);
  if (code?.user?.id === user.id && code.linkExpiresAt > now) return await mailAgain(attempt, user, code);
  await replaceUnverified(attempt, user);
  return await mailCode(attempt, user.id);
}

async function writeAccount(attempt: Attempt): Promise<Written | SignupProblem> {
  const { context, em, input } = attempt;
  const { code, user } = await findHolder(attempt);
  const usernameKey = input.username?.toLowerCase();
  if (user !== null) {
    // A taken username is refused whoever owns it; an exception for the owner of the address would tell who that is.
    if (usernameKey !== undefined && (await em.count(User, { usernameKey })) > 0) return problem('USERNAME_TAKEN');
    return context.settings.signupRevealsAccounts ? problem('EMAIL_TAKEN') : await answerTaken(attempt, user, code);
  }
  const userId = await insertUser(attempt);
  if (userId !== null) return await mailCode(attempt, userId);
  if (usernameKey !== undefined && (await em.count(User, { usernameKey })) > 0) return problem('USERNAME_TAKEN');
  // The address was taken while this one waited for it: whoever took it has committed.
  return await writeAccount(attempt);
}

function eventOf(outcome: Written | SignupProblem): NewAuditEvent {
  const refused = isProblem(outcome) ? outcome.code : outcome.refused;
  const refusal = refused === undefined ? {} : { success: false, metadata: { reason: refused } };
  return { type: 'SIGN_UP', userId: isProblem(outcome) ? null : outcome.userId, ...refusal };
}

/** Beside the account: what the log is told, and the new password for its check, or the same for nobody's. */
async function writeAll(attempt: Attempt): Promise<{ outboxId: string; checkOf: string } | SignupProblem> {
  const { context, em, input, now } = attempt;
  const written = await writeAccount(attempt);
  await recordEvent(em, context, eventOf(written));
  if (isProblem(written)) return written;
  const userId = written.refused === undefined ? written.userId : null;
  const password = { userId, password: input.password, passwordChangedAt: now };
  return { outboxId: written.outboxId, checkOf: await requestPasswordCheck(em, context, password) };
}

/** The username that another sign-up took in the same moment; what else collides comes right when it is tried again. */
async function raceLost(context: Needs, error: unknown): Promise<Problem<'USERNAME_TAKEN'> | undefined> {
  if (changedMeanwhile(error)) return undefined;
  if (!(error instanceof UniqueConstraintViolationException)) throw error;
  if (!('constraint' in error && error.constraint === 'users_username_key_unique')) {
    throw new ProblemError(problem('TEMPORARILY_UNAVAILABLE', { retryAfterSeconds: 1 }));
  }
  const refused = problem('USERNAME_TAKEN');
  await recordEvent(context.em, context, eventOf(refused));
  return refused;
}

/** Makes an account that waits for its address to be verified; account, code and mail are written together or not at all. */
export async function signup(
  context: Needs,
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
  const now = context.clock.now();
  const written = await context.em
    .transactional((em) => writeAll({ context, em, input, role, presented, now, key }))
    .catch((error) => raceLost(context, error));
  if (written === undefined) return await signup(context, input, true);
  if ('code' in written) return written;
  handOver(context, written.outboxId);
  handOverPasswordCheck(context, written.checkOf);
  return {
    kind: 'signup-accepted',
    email: input.email,
    mailStatus: status,
    codeExpiresAt: addSeconds(now, settings.verificationCodeTtl),
    resendAvailableAt: addSeconds(now, settings.codeResendSeconds),
  };
}
