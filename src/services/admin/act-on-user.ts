import { User } from '../../entities/user.js';
import { isProblem, type Problem, type ProblemCode, problem } from '../../problems.js';
import { ADMIN_ROLE, lockAdmins } from '../accounts/admins.js';
import type { AuditEventType } from '../audit/events.js';
import type { MailStatus } from '../mail-outbox/hand-over.js';
import type { Request } from '../use-case.js';
import { comparedKey, findAddressOwner } from '../users/address-owner.js';
import { inTransaction, type Work } from '../work.js';
import {
  type AccountName,
  type Administrator,
  actorOf,
  administratorFacts,
  type StaffMember,
} from './administrator.js';
import { lockAccount } from './lock-account.js';

/** An act is done. */
export interface UserActed {
  kind: 'user-acted';
  userId: string;
  /** The address of the account, which may be another spelling of the one that named it. */
  email: string;
  endedSessions: number;
  /** Whether the email that the user waits for will leave soon; null if there is none. */
  mailStatus: MailStatus | null;
}

/** What an act reports of itself. */
type ActDone = Partial<Pick<UserActed, 'endedSessions' | 'mailStatus'>>;

/** What an act is, apart from what it does. */
export interface Act {
  /** The audit event, also of a refusal. */
  event: AuditEventType;
  /** Whether it can take a role or an account away: nobody does that to themselves, and the last admin stays. */
  removesAccess?: boolean;
}

/** The transaction of an act. */
export interface ActWork {
  work: Work;
  /** The account as it was before the act. Its row is not locked before `lock`. */
  user: User;
  /**
   * Locks the row of the account, reads it again and checks again whether the act is allowed, because a role may have
   * changed while the transaction waited. Lock the codes of its address first, in the common order.
   */
  lock(): Promise<Problem<'NOT_FOUND' | 'FORBIDDEN'> | undefined>;
  /** Writes the audit event of the act. */
  record(facts?: Record<string, string | number | boolean>): Promise<void>;
}

async function findAccount(work: Work, account: AccountName): Promise<User | null> {
  const { em } = work;
  if ('id' in account) return await em.findOne(User, { id: account.id, deletedAt: null });
  return await findAddressOwner(em, account.email, comparedKey(work, account.email));
}

/** Reads the role again: the token may be older than the act of another admin. */
export async function stillHasRole({ em }: Pick<Work, 'em'>, { userId, role }: StaffMember): Promise<boolean> {
  return (await em.count(User, { id: userId, role, disabledAt: null })) === 1;
}

/** Returns whether a member of staff is allowed to act on the account. */
async function isAllowed(work: Work, by: Administrator, user: User, act: Act): Promise<boolean> {
  if (by.kind === 'operator') return true;
  if (act.removesAccess === true && user.id === by.userId) return false;
  if (by.role !== ADMIN_ROLE && user.role === ADMIN_ROLE) return false;
  return await stillHasRole(work, by);
}

/** Writes the event of a refused act. */
async function recordRefusal(work: Work, by: Administrator, user: User, { event }: Act, code: string): Promise<void> {
  const metadata = { ...administratorFacts(by), problem: code };
  await work.record({ type: event, success: false, userId: user.id, actorId: actorOf(by), metadata });
}

/**
 * Runs an act on an account in one transaction, and records it or its refusal with the administrator, the reason and the
 * ticket. NOT_FOUND if there is no such account. FORBIDDEN if support acts on an admin, if staff take their own access
 * away, or if the role of the staff was changed in the meantime. `perform` returns a problem only before it writes.
 */
export async function actOnUser<Code extends ProblemCode = never>(
  request: Request,
  by: Administrator,
  account: AccountName,
  act: Act,
  perform: (given: ActWork) => Promise<ActDone | Problem<Code>>,
): Promise<UserActed | Problem<Code | 'NOT_FOUND' | 'FORBIDDEN'>> {
  const outcome = await inTransaction(request, async (work): Promise<UserActed | Problem> => {
    if (act.removesAccess === true) await lockAdmins(work.em);
    const user = await findAccount(work, account);
    if (user === null) return problem('NOT_FOUND');
    if (!(await isAllowed(work, by, user, act))) {
      await recordRefusal(work, by, user, act, 'FORBIDDEN');
      return problem('FORBIDDEN');
    }
    const record: ActWork['record'] = async (facts = {}) => {
      const metadata = { ...administratorFacts(by), ...facts };
      await work.record({ type: act.event, userId: user.id, actorId: actorOf(by), metadata });
    };
    const lock: ActWork['lock'] = async () => {
      if (!(await lockAccount(work, user))) return problem('NOT_FOUND');
      return (await isAllowed(work, by, user, act)) ? undefined : problem('FORBIDDEN');
    };
    const done = await perform({ work, user, lock, record });
    if (!isProblem(done)) {
      const { id: userId, email } = user;
      return { kind: 'user-acted', userId, email, endedSessions: 0, mailStatus: null, ...done };
    }
    await recordRefusal(work, by, user, act, done.code);
    return done;
  });
  return outcome as UserActed | Problem<Code | 'NOT_FOUND' | 'FORBIDDEN'>;
}
