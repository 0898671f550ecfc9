import { randomUUID } from 'node:crypto';
import { type EntityManager, UniqueConstraintViolationException } from '@mikro-orm/postgresql';
import { User } from '../../entities/user.js';
import { addSeconds } from '../../lib/clock.js';
import { inputProblem, type Problem, problem } from '../../problems.js';
import { handOver, type MailStatus, mailStatus } from '../mail-outbox/hand-over.js';
import { countMails, type NewMail, writeMail } from '../mail-outbox/write-mail.js';
import { issueCode, lockCode } from '../one-time-codes/issue.js';
import { failedRules } from '../passwords/policy.js';
import type { UseCaseContext } from '../use-case.js';

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
  'em' | 'clock' | 'settings' | 'secretKeys' | 'passwordHasher' | 'mailQueue' | 'mailRoute' | 'requestId' | 'logger'
>;
type SignupProblem = Problem<'INPUT_INVALID' | 'PASSWORD_REJECTED' | 'USERNAME_TAKEN' | 'EMAIL_TAKEN'>;

/** How often a code that is still fresh is mailed again to somebody who signs up again. */
const MAILS_PER_FRESH_CODE = 2;

const INSERT_USER = `
  INSERT INTO users (id, email, username, username_key, display_name, role, password_hash, password_changed_at, locale,
    timezone, terms_accepted_at, privacy_policy_accepted_at, created_at, updated_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
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
  const rules = failedRules(
    { kind: settings.passwordPolicy, minLength: settings.passwordMinLength },
    input.password,
    input,
  );
  return rules.length > 0 ? problem('PASSWORD_REJECTED', { rules }) : undefined;
}

async function insertUser(
  em: EntityManager,
  input: SignupInput,
  role: string,
  hash: string,
  now: Date,
): Promise<string | null> {
  const { username = null, displayName = null, locale = null, timezone = null } = input;
  const accepted = (yes: boolean) => (yes ? now : null);
  const account = [randomUUID(), input.email, username, username?.toLowerCase() ?? null, displayName, role, hash, now];
  const consent = [accepted(input.termsAccepted), accepted(input.privacyPolicyAccepted)];
  const [row] = await em.execute<{ id: string }[]>(INSERT_USER, [...account, locale, timezone, ...consent, now, now]);
  return row?.id ?? null;
}

/** An account whose address was never verified belongs to its first sign-up until its link has run out, and then to the next one. */
async function replaceUnverified(
  em: EntityManager,
  user: User,
  input: SignupInput,
  role: string,
  hash: string,
  now: Date,
): Promise<void> {
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
      username,
      usernameKey: username?.toLowerCase() ?? null,
      displayName,
      role,
      passwordHash: hash,
      passwordChangedAt: now,
      locale,
      timezone,
      termsAcceptedAt: input.termsAccepted ? now : null,
      privacyPolicyAcceptedAt: input.privacyPolicyAccepted ? now : null,
      updatedAt: now,
    },
  );
}

interface Attempt {
  context: Needs;
  em: EntityManager;
  input: SignupInput;
  role: string;
  hash: string;
  now: Date;
}

function freshSince({ context, now }: Attempt): Date {
  return addSeconds(now, -context.settings.codeResendSeconds);
}

/** A new code for the address; without a user a decoy. Returns its id. */
async function writeCode(attempt: Attempt, userId: string | null): Promise<string> {
  const { context, em, input, now } = attempt;
  const { verificationCodeTtl: codeTtl, verificationLinkTtl: linkTtl } = context.settings;
  const code = { purpose: 'VERIFY_EMAIL' as const, address: input.email, userId, now, codeTtl, linkTtl };
  return (await issueCode(em, context.secretKeys, { ...code, countOnSince: freshSince(attempt) })).id;
}

async function writeMailTo(attempt: Attempt, mail: NewMail['mail'], codeId?: string): Promise<string> {
  const { context, em, input, now } = attempt;
  const variables: Record<string, string> = {};
  if (mail === 'verify-email' && input.displayName) variables.displayName = input.displayName;
  const { requestId } = context;
  return await writeMail(em, {
    mail,
    recipient: input.email,
    locale: input.locale ?? null,
    codeId,
    variables,
    requestId,
    now,
  });
}

/** The address is taken: its owner gets a mail, and the caller learns nothing. */
async function answerTaken(attempt: Attempt): Promise<string> {
  const { em, input, role, hash, now } = attempt;
  const since = freshSince(attempt);
  const code = await lockCode(em, 'VERIFY_EMAIL', input.email);
  const user = await em.findOneOrFail(User, { email: input.email });
  if (user.emailVerifiedAt !== null || user.disabledAt !== null) {
    await writeCode(attempt, null);
    const told = (await countMails(em, 'already-registered', input.email, since)) > 0;
    return await writeMailTo(attempt, told ? 'none' : 'already-registered');
  }
  if (code?.user?.id === user.id && code.issuedAt > since) {
    const mailed = await countMails(em, 'verify-email', input.email, since);
    return await writeMailTo(attempt, mailed < MAILS_PER_FRESH_CODE ? 'verify-email' : 'none', code.id);
  }
  // While the link is alive nothing of the account changes: who the caller is was never shown, and may be a stranger.
  const linkIsAlive = code?.user?.id === user.id && code.linkExpiresAt > now;
  if (!linkIsAlive) await replaceUnverified(em, user, input, role, hash, now);
  return await writeMailTo(attempt, 'verify-email', await writeCode(attempt, user.id));
}

async function writeAccount(attempt: Attempt): Promise<{ outboxId: string } | SignupProblem> {
  const { context, em, input, role, hash, now } = attempt;
  const userId = await insertUser(em, input, role, hash, now);
  if (userId !== null) {
    return { outboxId: await writeMailTo(attempt, 'verify-email', await writeCode(attempt, userId)) };
  }
  const usernameKey = input.username?.toLowerCase();
  // A taken username is refused whoever owns it; an exception for the owner of the address would tell who that is.
  if (usernameKey !== undefined && (await em.count(User, { usernameKey })) > 0) return problem('USERNAME_TAKEN');
  if (context.settings.signupRevealsAccounts) return problem('EMAIL_TAKEN');
  return { outboxId: await answerTaken(attempt) };
}

/** Only a username that another sign-up took in the same moment can still collide. */
function usernameRaceLost(error: unknown): Problem<'USERNAME_TAKEN'> {
  if (error instanceof UniqueConstraintViolationException) return problem('USERNAME_TAKEN');
  throw error;
}

/** Makes an account that waits for its address to be verified; account, code and mail are written together or not at all. */
export async function signup(context: Needs, input: SignupInput): Promise<SignupAccepted | SignupProblem> {
  const { settings } = context;
  const refused = checkInput(settings, input);
  if (refused !== undefined) return refused;
  const role = input.role ?? settings.defaultRole;
  const [status, hash] = await Promise.all([mailStatus(context), context.passwordHasher.hash(input.password)]);
  const now = context.clock.now();
  const written = await context.em
    .transactional((em) => writeAccount({ context, em, input, role, hash, now }))
    .catch(usernameRaceLost);
  if ('code' in written) return written;
  handOver(context, written.outboxId);
  return {
    kind: 'signup-accepted',
    email: input.email,
    mailStatus: status,
    codeExpiresAt: addSeconds(now, settings.verificationCodeTtl),
    resendAvailableAt: addSeconds(now, settings.codeResendSeconds),
  };
}
