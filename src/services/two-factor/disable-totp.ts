import type { EntityManager } from '@mikro-orm/postgresql';
import { RecoveryCode } from '../../entities/recovery-code.js';
import { TotpCredential } from '../../entities/totp-credential.js';
import type { User } from '../../entities/user.js';
import { isProblem, type Problem, problem } from '../../problems.js';
import { recordRefusal } from '../audit/record-refusal.js';
import { endedMeanwhile } from '../sessions/ended-meanwhile.js';
import { requireRecentAuthentication } from '../sessions/recent-authentication.js';
import type { UseCaseContext } from '../use-case.js';
import { type BothFactors, type BothFactorsProblem, type FactorsContext, proveBothFactors } from './prove-factors.js';
import { afterSwitch, type Switched, type Switching, switchTwoFactor } from './switch-two-factor.js';

/** The second factor is off. */
export interface TwoFactorDisabled {
  kind: 'two-factor-disabled';
  user: User;
}

/** Who switches it off, and what they prove it with. */
export interface DisableTotpInput extends Switching, BothFactors {
  authenticatedAt: Date;
}

type Needs = FactorsContext & Pick<UseCaseContext, 'revocations'>;

async function forget(em: EntityManager, context: Needs, input: DisableTotpInput): Promise<Switched | undefined> {
  const { userId: user } = input;
  const forgotten = await em.nativeDelete(TotpCredential, { user, confirmedAt: { $ne: null } });
  if (forgotten === 0) return undefined;
  await em.nativeDelete(RecoveryCode, { user });
  return await switchTwoFactor(em, context, input, 'off');
}

/** Switches the second factor off for somebody who is recently signed in and proves both; seed and recovery codes are gone. */
export async function disableTotp(
  context: Needs,
  input: DisableTotpInput,
): Promise<TwoFactorDisabled | BothFactorsProblem | Problem<'REAUTHENTICATION_REQUIRED' | 'UNAUTHENTICATED'>> {
  const stale = requireRecentAuthentication(context, input.authenticatedAt);
  if (stale !== undefined) return await recordRefusal(context, 'TOTP_DISABLE', input.userId, stale);
  const proven = await proveBothFactors(context, input);
  if (isProblem(proven)) return await recordRefusal(context, 'TOTP_DISABLE', input.userId, proven);
  const transaction = context.em.fork().transactional((em) => forget(em, context, input));
  const switched = (await transaction.catch(endedMeanwhile)) ?? problem('CONFLICT');
  if (isProblem(switched)) return await recordRefusal(context, 'TOTP_DISABLE', input.userId, switched);
  afterSwitch(context, switched);
  return { kind: 'two-factor-disabled', user: switched.user };
}
