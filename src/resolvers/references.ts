import { isUuid } from '../lib/uuid.js';
import { type Context, currentSessionId } from '../request.js';
import type { ReferenceResolvers } from '../schema/build-schema.js';
import { toSession } from './mapping/session.js';
import { toUser, viewerOf } from './mapping/user.js';

interface Reference {
  id?: unknown;
}

/** The id of a reference; null if it is malformed, as an id from another subgraph may be. */
function idOf({ id }: Reference): string | null {
  return typeof id === 'string' && isUuid(id) ? id.toLowerCase() : null;
}

/** Fetches the entities that the router requests: in batches, and never more than the caller is allowed to see. */
export const references: ReferenceResolvers = {
  User: {
    async __resolveReference(reference: Reference, context: Context) {
      const id = idOf(reference);
      const user = id === null ? null : await context.loaders.users.load(id);
      return user === null ? null : toUser(user, viewerOf(context.actor, user.id));
    },
  },
  AuthSession: {
    async __resolveReference(reference: Reference, context: Context) {
      const id = idOf(reference);
      const session = id === null ? null : await context.loaders.sessions.load(id);
      const visible = session !== null && viewerOf(context.actor, session.user.id) === 'full';
      return visible ? toSession(session, currentSessionId(context.actor)) : null;
    },
  },
};
