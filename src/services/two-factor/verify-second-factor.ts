import type { User } from '../../entities/user.js';
import { run, sql } from '../../lib/sql.js';
import { isProblem, type Problem, problem } from '../../problems.js';
import { countedTry } from '../attempts/counted-try.js';
import { forgetAppCodes } from '../attempts/lock.js';
import { notifyOwner } from '../mail-outbox/notify-owner.js';
import type { Request } from '../use-case.js';
import { inTransaction, type Work } from '../work.js';
import { lockSeed } from './credential.js';
import { consumeRecoveryCode } from './recovery-codes.js';
import { reencrypted } from './seed-encryption.js';
import { matchingStep, type Seed } from './totp.js';

/** The second factor is verified, and its code is used up. */
export interface SecondFactorVerified {
  kind: 'second-factor-verified';
  method: 'TOTP' | 'RECOVERY_CODE';
}

interface Proof {
  user: User;
  code: string;
  seed: Seed;
  encryptedSecret: string;
}

type Method = SecondFactorVerified['method'];

const APP_CODE = /^\d{6}$/;

/** Each kind of code is counted separately, so that a lock on authenticator codes does not lock recovery codes too. */
function scopeOf(code: string): 'two-factor' | 'recovery-code' {
  return APP_CODE.test(code) ? 'two-factor' : 'recovery-code';
}

/**
 * Of several callers with the code of one time step, only the first succeeds. A code older than the last used one is
 * always rejected.
 */
const consumeStep = (userId: string, step: number, encrypted: string) => sql`
  UPDATE totp_credentials SET last_step = ${step}, sealed_secret = ${encrypted}
  WHERE user_id = ${userId} AND confirmed_at IS NOT NULL AND last_step < ${step}
  RETURNING user_id`;

async function consumeAppCode(work: Work, proof: Proof): Promise<Method | undefined> {
  const { user, code, seed, encryptedSecret } = proof;
  const step = matchingStep(seed, code, work.now, work.settings.totpWindow);
  if (step === undefined) return undefined;
  const encrypted = reencrypted(work.secretKeys, user.id, seed, encryptedSecret);
  const used = await run(work.em, consumeStep(user.id, step, encrypted));
  return used.length === 0 ? undefined : 'TOTP';
}

/** Consumes a recovery code and notifies the owner: the app is lost, or someone else found the codes. */
async function consumeSpareCode(work: Work, { user, code, seed }: Proof): Promise<Method | undefined> {
  const used = await consumeRecoveryCode(work.em, { seed, userId: user.id, code, now: work.now });
  if (used === undefined) return undefined;
  const { codesLeft } = used;
  await forgetAppCodes(work, user.id);
  await work.record({ type: 'RECOVERY_CODE_USE', userId: user.id, metadata: { codesLeft } });
  await notifyOwner(work, user, 'recovery-code-used', { variables: { codesLeft: String(codesLeft) } });
  return 'RECOVERY_CODE';
}

async function consumeCode(work: Work, user: User, code: string): Promise<Method | undefined> {
  const credential = await lockSeed(work, user.id);
  if (credential === undefined) return undefined;
  const consume = scopeOf(code) === 'two-factor' ? consumeAppCode : consumeSpareCode;
  return await consume(work, { user, code, ...credential });
}

/**
 * Verifies the second factor of an account by a six-digit authenticator code or by a recovery code. The attempt counts
 * before anything is compared. Wrong, used and outdated codes get the same response. It runs in its own transaction: a
 * correct code is used up, even if the operation that it permits fails.
 */
export async function verifySecondFactor(
  request: Request,
  attempt: { user: User; code: string },
): Promise<SecondFactorVerified | Problem<'TWO_FACTOR_CODE_INVALID' | 'ACCOUNT_LOCKED'>> {
  const { user, code } = attempt;
  const method = await countedTry(request, { scope: scopeOf(code), userId: user.id }, async (counted) => {
    const right = await inTransaction(request, async (work) => {
      const found = await consumeCode(work, user, code);
      if (found !== undefined) await counted.succeeded(work.em);
      return found;
    });
    // After the transaction, because a count that waits inside it would hold two connections at once.
    if (right === undefined) await counted.failed(user);
    return right ?? problem('TWO_FACTOR_CODE_INVALID', { attemptsLeft: null });
  });
  return isProblem(method) ? method : { kind: 'second-factor-verified', method };
}
