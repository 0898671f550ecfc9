import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { clientNetwork } from '../../lib/client-network.js';
import type { Query } from '../../lib/query.js';
import { outsideOfRequests } from '../../lib/request-scope.js';
import { type AuditContext, insertEvent } from '../audit/record-event.js';
import type { CredentialRefusal } from './check-credential.js';

/** A credential that was refused. */
export interface RefusedCredential {
  reason: CredentialRefusal;
  /** Null for a client that does not exist: its id would be what somebody typed. */
  clientId: string | null;
}

/** Repeated refusals of one client from one network are recorded once in this time. */
const AGAIN_AFTER_MILLISECONDS = 60_000;
/**
 * Refusals of one client that a process records in that time, from however many networks. Clients that do not exist count as
 * one, so that guessing their ids hides no attempt on a real one.
 */
const MOST_RECORDED = 20;
const MOST_NOTED = 10_000;
const MOST_CLIENTS = 1_000;

/**
 * Creates the notes of refused credentials: each is logged and audited, but repetitions and floods are not. The caller does not
 * wait, so the answer takes no longer than that of a stranger.
 */
export function createRefusalNotes({ query, logger }: { query: Query; logger: Logger }) {
  const noted = new LRUCache<string, true>({ max: MOST_NOTED, ttl: AGAIN_AFTER_MILLISECONDS });
  const recorded = new LRUCache<string, number>({
    max: MOST_CLIENTS,
    ttl: AGAIN_AFTER_MILLISECONDS,
    noUpdateTTL: true,
  });
  let writing: Promise<unknown> = Promise.resolve();

  const isDue = (client: string, key: string): boolean => {
    const count = recorded.get(client) ?? 0;
    if (noted.has(key) || count >= MOST_RECORDED) return false;
    recorded.set(client, count + 1);
    noted.set(key, true);
    return true;
  };

  return {
    note(context: AuditContext, { reason, clientId }: RefusedCredential): void {
      const { client, requestId } = context;
      const name = clientId ?? 'unknown';
      if (!isDue(name, [name, reason, clientNetwork(client.ipAddress)].join(' '))) return;
      const facts: Record<string, string> = clientId === null ? { reason } : { reason, serviceClientId: clientId };
      logger.warn({ requestId, ip: client.ipAddress, ...facts }, 'the credential of a service client was refused');
      const type = 'SERVICE_CLIENT_AUTHENTICATION';
      const event = insertEvent(context, { type, success: false, userId: null, metadata: facts });
      writing = outsideOfRequests(() => query(event, event.values)).catch((cause: unknown) =>
        logger.error({ err: cause, requestId, event: type, ...facts }, 'an audit event could not be written'),
      );
    },
    close: async () => void (await writing),
  };
}
