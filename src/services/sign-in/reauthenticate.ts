import { addSeconds } from '../../lib/clock.js';
import { isProblem, type Problem } from '../../problems.js';
import { recordRefusal } from '../audit/record-refusal.js';
import { type SessionContext, type SessionStarted, startSession } from '../sessions/create-session.js';
import { proofOfAll, renewSession } from '../sessions/renew-session.js';
import { type Factors, type FactorsProblem, verifyFactors } from '../two-factor/verify-factors.js';
import type { Request, UseCaseContext } from '../use-case.js';
import { inTransaction, Undone } from '../work.js';

/** Input of `reauthenticate`: the current session and the factors to verify. */
export interface ReauthenticateInput extends Factors {
  sessionId: string;
}

/** The user was reauthenticated. Sensitive operations are allowed for a while. */
export interface Reauthenticated {
  kind: 'reauthenticated';
  started: SessionStarted;
  validUntil: Date;
}

type Needs = Request & SessionContext & Pick<UseCaseContext, 'passwordHasher'>;
type ReauthenticateProblem = FactorsProblem | Problem<'UNAUTHENTICATED'>;

/** Reauthenticates the signed-in user, and replaces the current session with one under a new id. */
export async function reauthenticate(
  context: Needs,
  input: ReauthenticateInput,
): Promise<Reauthenticated | ReauthenticateProblem> {
  const { userId } = input;
  const user = await verifyFactors(context, input);
  if (isProblem(user)) return await recordRefusal(context, 'REAUTHENTICATION', userId, user);
  const begun = await inTransaction(context, async (work) => {
    const { sessionId } = input;
    const renewed = await renewSession(context, work, { user, sessionId, proof: proofOfAll(user, work.now) });
    if (renewed instanceof Undone) return renewed;
    const metadata = { sessionId: renewed.session.id };
    await work.record({ type: 'REAUTHENTICATION', userId, actorId: userId, metadata });
    return renewed;
  });
  if (isProblem(begun)) return await recordRefusal(context, 'REAUTHENTICATION', userId, begun);
  const started = await startSession(context, begun);
  const validUntil = addSeconds(started.session.authenticatedAt, context.settings.reauthenticationTtl);
  return { kind: 'reauthenticated', started, validUntil };
}
