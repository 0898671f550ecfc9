import { addSeconds } from '../../lib/clock.js';
import { isProblem, type Problem, problem } from '../../problems.js';
import { recordEvent } from '../audit/record-event.js';
import { recordRefusal } from '../audit/record-refusal.js';
import type { SessionContext, SessionStarted } from '../sessions/create-session.js';
import { finishRenewal, proofOfAll, renewSession } from '../sessions/renew-session.js';
import { type Factors, type FactorsContext, type FactorsProblem, proveFactors } from '../two-factor/prove-factors.js';
import type { UseCaseContext } from '../use-case.js';

/** Who is signed in, and what they prove it with. */
export interface ReauthenticateInput extends Factors {
  sessionId: string;
}

/** Proven anew; sensitive operations are open for a while. */
export interface Reauthenticated {
  kind: 'reauthenticated';
  started: SessionStarted;
  validUntil: Date;
}

type Needs = SessionContext & FactorsContext & Pick<UseCaseContext, 'revocations'>;
type ReauthenticateProblem = FactorsProblem | Problem<'UNAUTHENTICATED'>;

/** Renews the proof of who is there, on a session of a new id in place of the present one. */
export async function reauthenticate(
  context: Needs,
  input: ReauthenticateInput,
): Promise<Reauthenticated | ReauthenticateProblem> {
  const { userId } = input;
  const user = await proveFactors(context, input);
  if (isProblem(user)) return await recordRefusal(context, 'REAUTHENTICATION', userId, user);
  const proof = proofOfAll(user, context.clock.now());
  const renewed = await context.em.transactional(async (em) => {
    const { sessionId } = input;
    const session = await renewSession(context, em, { user, sessionId, proof });
    if (session === undefined) return undefined;
    const metadata = { sessionId: session.begun.session.id };
    await recordEvent(em, context, { type: 'REAUTHENTICATION', userId, actorId: userId, metadata });
    return session;
  });
  if (renewed === undefined) {
    return await recordRefusal(context, 'REAUTHENTICATION', userId, problem('UNAUTHENTICATED'));
  }
  const started = await finishRenewal(context, renewed);
  const validUntil = addSeconds(started.session.authenticatedAt, context.settings.reauthenticationTtl);
  return { kind: 'reauthenticated', started, validUntil };
}
