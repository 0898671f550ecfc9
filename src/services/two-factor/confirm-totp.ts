import type { EntityManager } from '@mikro-orm/postgresql';
import { User } from '../../entities/user.js';
import { isProblem, type Problem, problem } from '../../problems.js';
import { countedTry } from '../attempts/counted-try.js';
import type { CountingContext } from '../attempts/lock.js';
import { recordRefusal } from '../audit/record-refusal.js';
import { endedMeanwhile } from '../sessions/ended-meanwhile.js';
import type { UseCaseContext } from '../use-case.js';
import { replaceRecoveryCodes } from './recovery-codes.js';
import { openSeed } from './sealed-seed.js';
import { afterSwitch, type Switched, type Switching, switchTwoFactor } from './switch-two-factor.js';
import { matchingStep, type Seed } from './totp.js';

/** New recovery codes, each for one use. They are told here, and never again. */
export interface RecoveryCodes {
  kind: 'recovery-codes';
  codes: string[];
  user: User;
}

/** A code of the app that waits to be confirmed. */
export interface ConfirmTotpInput extends Switching {
  code: string;
}

type Needs = CountingContext & Pick<UseCaseContext, 'revocations'>;
type Confirmed = Switched & { codes: string[] };

interface Pending {
  seed: Seed;
  sealedSecret: string;
}

const FIND_PENDING = `
  SELECT sealed_secret FROM totp_credentials WHERE user_id = ? AND confirmed_at IS NULL AND expires_at > ?`;

/** Of parallel confirmations one wins, and none of an app that another one has replaced. */
const CONFIRM = `
  UPDATE totp_credentials SET confirmed_at = ?, last_step = ?
  WHERE user_id = ? AND confirmed_at IS NULL AND sealed_secret = ? AND expires_at > ?
  RETURNING user_id`;

async function findPending({ em, clock, secretKeys }: Needs, userId: string): Promise<Pending | undefined> {
  const [row] = await em.execute<{ sealed_secret: string }[]>(FIND_PENDING, [userId, clock.now()]);
  const seed = row === undefined ? undefined : openSeed(secretKeys, userId, row.sealed_secret);
  return row === undefined || seed === undefined ? undefined : { seed, sealedSecret: row.sealed_secret };
}

async function confirm(
  context: Needs,
  em: EntityManager,
  input: ConfirmTotpInput,
  { seed, sealedSecret, step }: Pending & { step: number },
): Promise<Confirmed | undefined> {
  const { userId } = input;
  const now = context.clock.now();
  const confirmed = await em.execute<unknown[]>(CONFIRM, [now, step, userId, sealedSecret, now]);
  if (confirmed.length === 0) return undefined;
  const switched = await switchTwoFactor(em, context, input, 'on');
  return { ...switched, codes: await replaceRecoveryCodes(em, seed, userId) };
}

/** The try counts before the code is compared. */
async function tryCode(context: Needs, input: ConfirmTotpInput, pending: Pending) {
  const { userId, code } = input;
  return await countedTry(context, { scope: 'enrolment', userId }, async (counted) => {
    const step = matchingStep(pending.seed, code, context.clock.now(), context.settings.totpWindow);
    if (step === undefined) {
      await counted.failed(await context.em.findOne(User, userId));
      return problem('TWO_FACTOR_CODE_INVALID', { attemptsLeft: null });
    }
    return await context.em.fork().transactional(async (em) => {
      const confirmed = await confirm(context, em, input, { ...pending, step });
      await counted.succeeded(em);
      return confirmed ?? problem('CONFLICT');
    });
  });
}

/** Switches the second factor on by a first code of the app, and gives the recovery codes. */
export async function confirmTotp(
  context: Needs,
  input: ConfirmTotpInput,
): Promise<RecoveryCodes | Problem<'TWO_FACTOR_CODE_INVALID' | 'ACCOUNT_LOCKED' | 'CONFLICT' | 'UNAUTHENTICATED'>> {
  const pending = await findPending(context, input.userId);
  if (pending === undefined) return problem('CONFLICT');
  const confirmed = await tryCode(context, input, pending).catch(endedMeanwhile);
  if (isProblem(confirmed)) return await recordRefusal(context, 'TOTP_ENABLE', input.userId, confirmed);
  afterSwitch(context, confirmed);
  return { kind: 'recovery-codes', codes: confirmed.codes, user: confirmed.user };
}
