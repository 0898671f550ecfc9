import type { EntityManager } from '@mikro-orm/postgresql';
import { User } from '../../entities/user.js';
import { forgetFailures } from '../attempts/lock.js';
import { forgetLoginLimit } from '../attempts/login-limit.js';
import { handOver, type MailingContext } from '../mail-outbox/hand-over.js';
import { writeNotice } from '../mail-outbox/write-notice.js';
import { revokeSessions } from '../sessions/revoke-sessions.js';
import type { UseCaseContext } from '../use-case.js';
import { droppedChoices } from '../users/dropped-choices.js';
import { handOverPasswordCheck, requestPasswordCheck } from './breach-check.js';
import { keepPassword } from './history.js';

/** A password that passed every rule, and whose hash is made. */
export interface NextPassword {
  /** The account as it was when the rules were asked, its hash among it. */
  user: User;
  password: string;
  passwordHash: string;
  /** RESET: the mailbox was proven, and with it the address. CHANGED: the present password was. */
  reason: 'PASSWORD_RESET' | 'PASSWORD_CHANGED';
  /** The session that goes on; every other one ends. */
  keptSessionId: string | null;
}

/** A password that was set; what is left to do once its transaction is committed. */
export interface PasswordSet {
  /** The account as it is now. */
  user: User;
  endedSessions: string[];
  outboxId: string;
  checkId: string;
}

/** What setting a password needs. */
export type NewPasswordContext = Pick<
  UseCaseContext,
  'em' | 'clock' | 'settings' | 'secretKeys' | 'client' | 'revocations' | 'passwordCheckQueue' | 'limiter'
> &
  MailingContext;

/** Undoes the transaction: the password, the address or the state of the account changed since it was looked at. */
class AccountChanged extends Error {}

/** Codes and tokens by which the account could be entered, in the order in which everybody who takes two of them does. */
const WAYS_IN = '{RESET_PASSWORD,RESET_TICKET,VERIFY_EMAIL,EXCHANGE}';
const LOCK_WAYS_IN = `
  SELECT id FROM one_time_codes WHERE address = ? AND purpose = ANY(?::text[])
  ORDER BY array_position(?::text[], purpose::text) FOR UPDATE`;
const CLOSE_WAYS_IN = `
  UPDATE one_time_codes SET consumed_at = ? WHERE address = ? AND purpose = ANY(?::text[]) AND consumed_at IS NULL`;

/**
 * The first step of a transaction that sets a password: takes turns with whoever verifies the address, asks for a reset or
 * uses one. The order of the rows is that of everybody: codes, user, sessions, failures.
 */
export async function beginNewPassword(em: EntityManager, user: User): Promise<void> {
  await em.execute(LOCK_WAYS_IN, [user.email, WAYS_IN, WAYS_IN]);
}

/** Two signed up with the address, and the reset is the first proof of who owns it. */
async function isContested(em: EntityManager, { user, reason }: NextPassword): Promise<boolean> {
  if (reason !== 'PASSWORD_RESET') return false;
  return (await em.count(User, { id: user.id, emailVerifiedAt: null, passwordContestedAt: { $ne: null } })) > 0;
}

async function replaceHash(
  em: EntityManager,
  next: NextPassword,
  { now, choices }: { now: Date; choices: Partial<ReturnType<typeof droppedChoices>> },
): Promise<boolean> {
  const { user, passwordHash, reason } = next;
  const unchanged = { id: user.id, email: user.email, passwordHash: user.passwordHash, disabledAt: null };
  const changed = await em.nativeUpdate(User, unchanged, {
    ...choices,
    passwordHash,
    passwordChangedAt: now,
    passwordBreachedAt: null,
    passwordContestedAt: null,
    // A move to another address was asked for by somebody who may be the reason for the new password.
    pendingEmail: null,
    emailVerifiedAt: reason === 'PASSWORD_RESET' ? (user.emailVerifiedAt ?? now) : user.emailVerifiedAt,
    updatedAt: now,
  });
  return changed === 1;
}

/**
 * Sets a password in the caller's transaction, which `beginNewPassword` began: nothing that was proven by the one before goes
 * on. Throws AccountChanged where the rules were asked of an account that is not as it was.
 */
export async function setNewPassword(
  em: EntityManager,
  context: NewPasswordContext,
  next: NextPassword,
): Promise<PasswordSet> {
  const now = context.clock.now();
  const { id: userId, email, passwordHash } = next.user;
  const contested = await isContested(em, next);
  const choices = contested ? droppedChoices(context) : {};
  if (!(await replaceHash(em, next, { now, choices }))) throw new AccountChanged();
  const user = await em.findOneOrFail(User, userId);
  await keepPassword(em, context.settings, { userId, passwordHash, now });
  await em.execute(CLOSE_WAYS_IN, [now, email, WAYS_IN]);
  const selection = { userId, exceptId: next.keptSessionId };
  const endedSessions = await revokeSessions(em, selection, next.reason, now);
  const check = { userId, password: next.password, passwordChangedAt: now };
  const checkId = await requestPasswordCheck(em, context, check);
  await forgetFailures(em, context, user);
  // Left to the relay: the mail about the new password is the one that must not wait.
  if (contested) await writeNotice(em, context, { email, locale: next.user.locale ?? null }, 'sign-up-contested');
  return { user, endedSessions, checkId, outboxId: await writeNotice(em, context, user, 'password-changed') };
}

/** The outcome of a transaction that sets a password; undefined where it was undone, and is worth another look. */
export async function unlessAccountChanged<Outcome>(transaction: Promise<Outcome>): Promise<Outcome | undefined> {
  return await transaction.catch((cause: unknown) => {
    if (cause instanceof AccountChanged) return undefined;
    throw cause;
  });
}

/** What follows the commit: ended sessions are told of, the login is open, the mail goes out, the password is looked up. */
export async function afterNewPassword(context: NewPasswordContext, set: PasswordSet): Promise<void> {
  context.revocations.announce(set.endedSessions);
  await forgetLoginLimit(context, set.user);
  handOver(context, set.outboxId);
  handOverPasswordCheck(context, set.checkId);
}
