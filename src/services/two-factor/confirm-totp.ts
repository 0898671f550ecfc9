import { User } from '../../entities/user.js';
import { run, sql } from '../../lib/sql.js';
import { isProblem, type Problem, ProblemError, problem } from '../../problems.js';
import { countedTry } from '../attempts/counted-try.js';
import { recordRefusal } from '../audit/record-refusal.js';
import type { Request } from '../use-case.js';
import { inTransaction, Undone, type Work } from '../work.js';
import { replaceRecoveryCodes } from './recovery-codes.js';
import { decryptSeed } from './seed-encryption.js';
import { type Switching, switchTwoFactor } from './switch-two-factor.js';
import { matchingStep, type Seed } from './totp.js';

/** New recovery codes, each for one use. They are shown once. */
export interface RecoveryCodes {
  kind: 'recovery-codes';
  codes: string[];
  user: User;
}

/** A code of the app that waits to be confirmed, and the session that confirms it. */
export interface ConfirmTotpInput extends Switching {
  code: string;
}

type ConfirmProblem = Problem<'TWO_FACTOR_CODE_INVALID' | 'ACCOUNT_LOCKED' | 'CONFLICT' | 'UNAUTHENTICATED'>;

interface Pending {
  seed: Seed;
  encryptedSecret: string;
}

/** The app that waits for its first code. */
const pendingApp = (userId: string, now: Date) =>
  sql`user_id = ${userId} AND confirmed_at IS NULL AND expires_at > ${now}`;

/** Of parallel confirmations one succeeds, and none for an app that another one has replaced. */
const confirmStatement = (userId: string, { encryptedSecret, step }: Pending & { step: number }, now: Date) => sql`
  UPDATE totp_credentials SET confirmed_at = ${now}, last_step = ${step}
  WHERE ${pendingApp(userId, now)} AND sealed_secret = ${encryptedSecret}
  RETURNING user_id`;

async function findPending({ em, clock, secretKeys }: Request, userId: string): Promise<Pending | undefined> {
  const find = sql`SELECT sealed_secret FROM totp_credentials WHERE ${pendingApp(userId, clock.now())}`;
  const [row] = await run<{ sealed_secret: string }>(em, find);
  const seed = row === undefined ? undefined : decryptSeed(secretKeys, userId, row.sealed_secret);
  return row === undefined || seed === undefined ? undefined : { seed, encryptedSecret: row.sealed_secret };
}

async function confirm(
  work: Work,
  input: ConfirmTotpInput,
  code: Pending & { step: number },
): Promise<RecoveryCodes | Problem<'CONFLICT'> | Undone<Problem<'UNAUTHENTICATED'>>> {
  const { userId } = input;
  const { em, now } = work;
  const confirmed = await run(em, confirmStatement(userId, code, now));
  if (confirmed.length === 0) return problem('CONFLICT');
  const user = await switchTwoFactor(work, input, 'on');
  if (user instanceof Undone) return user;
  return { kind: 'recovery-codes', codes: await replaceRecoveryCodes(em, code.seed, userId), user };
}

/** Counts the attempt before the code is compared. */
async function tryCode(
  context: Request,
  input: ConfirmTotpInput,
  pending: Pending,
): Promise<RecoveryCodes | ConfirmProblem> {
  const { userId, code } = input;
  return await countedTry(context, { scope: 'enrolment', userId }, async (counted) => {
    const step = matchingStep(pending.seed, code, context.clock.now(), context.settings.totpWindow);
    if (step === undefined) {
      await counted.failed(await context.em.findOne(User, userId));
      return problem('TWO_FACTOR_CODE_INVALID', { attemptsLeft: null });
    }
    const confirmed = await inTransaction(context, async (work) => {
      const codes = await confirm(work, input, { ...pending, step });
      await counted.succeeded(work.em);
      return codes;
    });
    // Thrown to free the slot, because the count was rolled back with the transaction.
    if (isProblem(confirmed) && confirmed.code === 'UNAUTHENTICATED') throw new ProblemError(confirmed);
    return confirmed;
  });
}

/** Returns the problem of a session that was ended while its attempt was decided. Rethrows anything else. */
function endedMeanwhile(cause: unknown): Problem<'UNAUTHENTICATED'> {
  if (cause instanceof ProblemError && cause.problem.code === 'UNAUTHENTICATED') return cause.problem;
  throw cause;
}

/** Enables the second factor by a first code of the app, and returns the recovery codes. */
export async function confirmTotp(context: Request, input: ConfirmTotpInput): Promise<RecoveryCodes | ConfirmProblem> {
  const pending = await findPending(context, input.userId);
  if (pending === undefined) return problem('CONFLICT');
  const codes = await tryCode(context, input, pending).catch(endedMeanwhile);
  return isProblem(codes) ? await recordRefusal(context, 'TOTP_ENABLE', input.userId, codes) : codes;
}
