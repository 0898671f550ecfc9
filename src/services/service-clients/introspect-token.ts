import type { Statement } from '../../lib/query.js';
import { effectiveRole } from '../sessions/effective-role.js';
import type { UseCaseContext } from '../use-case.js';

/** The result of an introspection (RFC 7662). An inactive token says nothing else, whatever it is. */
export type Introspection =
  | { active: false }
  | {
      active: true;
      subject: string;
      sessionId: string;
      /** The role that the next access token of the session would carry. */
      role: string;
      scope: string;
      expiresAt: Date;
      issuer: string;
      audience: string;
    };

type Needs = Pick<UseCaseContext, 'accessTokens' | 'query' | 'clock' | 'settings'>;

const LIVE: Statement = {
  name: 'introspected-session',
  text: `SELECT u.role, s.authentication_methods FROM sessions s JOIN users u ON u.id = s.user_id
    WHERE s.id = $1 AND u.id = $2 AND s.revoked_at IS NULL AND s.expires_at > $3
      AND u.disabled_at IS NULL AND u.deleted_at IS NULL`,
};

const inactive: Introspection = { active: false };

/**
 * Tells whether a text is an access token of this gateway, for its audience, of a live session of an enabled user. It reads
 * the session, so that an ended one is inactive in every process at once. Every other text is inactive.
 */
export async function introspectToken(context: Needs, token: string): Promise<Introspection> {
  const now = context.clock.now();
  const check = await context.accessTokens.verify(token);
  // Verification tolerates clocks that differ, which an introspection need not.
  if (check.status !== 'valid' || check.claims.expiresAt <= now) return inactive;
  const { userId: subject, sessionId, scope, expiresAt } = check.claims;
  const [row] = await context.query(LIVE, [sessionId, subject, now]);
  if (row === undefined) return inactive;
  const role = effectiveRole(context.settings, row.role as string, row.authentication_methods as string[]);
  const { jwtIssuer: issuer, jwtAudience: audience } = context.settings;
  return { active: true, subject, sessionId, role, scope, expiresAt, issuer, audience };
}
