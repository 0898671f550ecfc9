import { type Problem, problem } from '../../problems.js';
import type { UseCaseContext } from '../use-case.js';
import { revokeSessions } from './revoke-sessions.js';

type Needs = Pick<UseCaseContext, 'em' | 'clock' | 'revocations'>;

/** Ends one session of a user. A session of somebody else answers like one that does not exist (ASVS 8.2.2). */
export async function revokeSession(
  context: Needs,
  input: { userId: string; sessionId: string },
): Promise<{ kind: 'session-revoked'; sessionId: string } | Problem<'NOT_FOUND'>> {
  const selection = { id: input.sessionId, userId: input.userId };
  const ended = await revokeSessions(context.em, selection, 'REVOKED_BY_USER', context.clock.now());
  context.revocations.announce(ended);
  const [sessionId] = ended;
  return sessionId === undefined ? problem('NOT_FOUND') : { kind: 'session-revoked', sessionId };
}

/** Ends every session of a user but the present one. */
export async function revokeOtherSessions(
  context: Needs,
  input: { userId: string; sessionId: string },
): Promise<{ kind: 'sessions-revoked'; count: number }> {
  const selection = { userId: input.userId, exceptId: input.sessionId };
  const ended = await revokeSessions(context.em, selection, 'REVOKED_BY_USER', context.clock.now());
  context.revocations.announce(ended);
  return { kind: 'sessions-revoked', count: ended.length };
}
