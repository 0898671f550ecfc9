import { clientNetwork } from '../lib/client-network.js';
import { normalIdentifier } from '../lib/email-address.js';
import { countedName } from '../lib/email-key.js';
import type { Scope } from '../operations/limit-policy.js';
import type { Context } from '../request.js';
import { knownDeviceToken, loginIdentity } from '../services/attempts/login-limit.js';

/** The arguments of a limited field. */
export type Arguments = Record<string, unknown> & { input?: Record<string, unknown> };

/** Identifies the caller or the name that a call counts for; null if it does not count against any limit. */
export type Identify = (args: Arguments, context: Context) => string | null | Promise<string | null>;

function folded(value: unknown): string {
  return typeof value === 'string' ? normalIdentifier(value) : '';
}

function clientOf(context: Context): string {
  return `client:${clientNetwork(context.client.ipAddress)}`;
}

/** The token that identifies a device that signed in here before. */
function deviceTokenOf({ input }: Arguments, { client }: Context): string | null {
  const token = input?.deviceToken ?? client.deviceToken;
  return typeof token === 'string' ? token : null;
}

/**
 * Identifies the caller or name that the call counts for. Callers that cannot be told apart share the bucket of the client's
 * network. Null does not count against any limit: a refresh without a token is rejected at no cost, and pages send one for
 * every visitor who is not signed in.
 */
export const identify: Record<Scope, Identify> = {
  client: (_args, context) => clientOf(context),
  email: (args, { settings }) => `email:${countedName(settings.emailDeduplication, folded(args.input?.email))}`,
  async account(args, context) {
    const name = folded(args.input?.identifier);
    const deviceToken = await knownDeviceToken(context, name, deviceTokenOf(args, context));
    return loginIdentity(context, name, deviceToken);
  },
  user: (_args, context) => (context.actor.kind === 'user' ? `user:${context.actor.userId}` : clientOf(context)),
  service: (_args, { service }) => (typeof service === 'object' ? `service:${service.id}` : null),
  session(args, context) {
    const { isMissing, token } = context.presentedSession(args.input?.refreshToken);
    if (isMissing) return null;
    return token === undefined ? clientOf(context) : `session:${token.sessionId}`;
  },
};
