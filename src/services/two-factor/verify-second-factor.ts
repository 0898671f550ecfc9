import type { EntityManager } from '@mikro-orm/postgresql';
import type { User } from '../../entities/user.js';
import { isProblem, type Problem, problem } from '../../problems.js';
import { countedTry } from '../attempts/counted-try.js';
import { type CountingContext, forgetAppCodes } from '../attempts/lock.js';
import { recordEvent } from '../audit/record-event.js';
import { handOver } from '../mail-outbox/hand-over.js';
import { writeNotice } from '../mail-outbox/write-notice.js';
import { lockSeed } from './credential.js';
import { consumeRecoveryCode } from './recovery-codes.js';
import { resealed } from './sealed-seed.js';
import { matchingStep, type Seed } from './totp.js';

/** What proving a second factor needs. */
export type SecondFactorContext = CountingContext;

/** The second factor was proven; its code is used up. */
export interface SecondFactorVerified {
  kind: 'second-factor-verified';
  method: 'TOTP' | 'RECOVERY_CODE';
}

interface Proof {
  user: User;
  code: string;
  seed: Seed;
  sealedSecret: string;
  now: Date;
}

/** A code that was right, and the mail about it. */
interface UsedCode {
  method: SecondFactorVerified['method'];
  outboxId?: string;
}

const APP_CODE = /^\d{6}$/;

/** Each kind of code counts by itself: that nobody may guess the app's must not close the way that is left without it. */
function scopeOf(code: string): 'two-factor' | 'recovery-code' {
  return APP_CODE.test(code) ? 'two-factor' : 'recovery-code';
}

/** Of any number of callers with codes of one step, or of an older one than was used last, none but the first gets through. */
const USE_STEP = `
  UPDATE totp_credentials SET last_step = ?, sealed_secret = ?
  WHERE user_id = ? AND confirmed_at IS NOT NULL AND last_step < ?
  RETURNING user_id`;

async function consumeAppCode(
  context: SecondFactorContext,
  em: EntityManager,
  proof: Proof,
): Promise<UsedCode | undefined> {
  const { user, code, seed, sealedSecret, now } = proof;
  const step = matchingStep(seed, code, now, context.settings.totpWindow);
  if (step === undefined) return undefined;
  const sealed = resealed(context.secretKeys, user.id, seed, sealedSecret);
  const used = await em.execute<unknown[]>(USE_STEP, [step, sealed, user.id, step]);
  return used.length === 0 ? undefined : { method: 'TOTP' };
}

/** A recovery code says that the app is lost, or that somebody else found the codes; so its owner is told. */
async function consumeSpareCode(
  context: SecondFactorContext,
  em: EntityManager,
  proof: Proof,
): Promise<UsedCode | undefined> {
  const { user, code, seed, now } = proof;
  const used = await consumeRecoveryCode(em, { seed, userId: user.id, code, now });
  if (used === undefined) return undefined;
  const { codesLeft } = used;
  await forgetAppCodes(em, context, user.id);
  await recordEvent(em, context, { type: 'RECOVERY_CODE_USE', userId: user.id, metadata: { codesLeft } });
  const variables = { codesLeft: String(codesLeft) };
  return { method: 'RECOVERY_CODE', outboxId: await writeNotice(em, context, user, 'recovery-code-used', variables) };
}

async function consumeCode(
  context: SecondFactorContext,
  em: EntityManager,
  user: User,
  code: string,
): Promise<UsedCode | undefined> {
  const credential = await lockSeed(em, context, user.id);
  if (credential === undefined) return undefined;
  const proof = { user, code, ...credential, now: context.clock.now() };
  return scopeOf(code) === 'two-factor'
    ? await consumeAppCode(context, em, proof)
    : await consumeSpareCode(context, em, proof);
}

/**
 * Proves the second factor of an account by a code of the app, six digits, or by a recovery code. The try counts before
 * anything is compared; wrong, used and outdated codes give one answer. Holds no transaction of its caller's: a code that
 * was right is used up, whatever becomes of what it permits.
 */
export async function verifySecondFactor(
  context: SecondFactorContext,
  em: EntityManager,
  attempt: { user: User; code: string },
): Promise<SecondFactorVerified | Problem<'TWO_FACTOR_CODE_INVALID' | 'ACCOUNT_LOCKED'>> {
  const { user, code } = attempt;
  const used = await countedTry(context, { scope: scopeOf(code), userId: user.id }, async (counted) => {
    const right = await em.fork().transactional(async (transaction) => {
      const found = await consumeCode(context, transaction, user, code);
      if (found !== undefined) await counted.succeeded(transaction);
      return found;
    });
    // After the transaction: a count that waited inside it would hold two connections at once.
    if (right === undefined) await counted.failed(user);
    return right ?? problem('TWO_FACTOR_CODE_INVALID', { attemptsLeft: null });
  });
  if (isProblem(used)) return used;
  if (used.outboxId !== undefined) handOver(context, used.outboxId);
  return { kind: 'second-factor-verified', method: used.method };
}
