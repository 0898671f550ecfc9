import type { Logger } from 'pino';
import type { ServiceScope } from '../../inputs/service-client.js';
import type { Query } from '../../lib/query.js';
import { isUuid } from '../../lib/uuid.js';
import type { AuditContext } from '../audit/record-event.js';
import { checkCredential } from './check-credential.js';
import { createServiceClientDirectory } from './directory.js';
import { createLastUsed } from './last-used.js';
import { createRefusalNotes } from './refusals.js';

/** A service whose credential was accepted. */
export interface ServiceCaller {
  id: string;
  scopes: readonly ServiceScope[];
}

/** What a service presents to identify itself. */
export interface ServiceCredential {
  id: string;
  secret: string;
}

/** The service clients, as a process knows them. */
export interface ServiceClients {
  /**
   * Returns the service whose credential this is. A refused one is undefined, and is logged and audited as what it was.
   * Rejects if the client is not in memory and the database is unavailable.
   */
  authenticate(credential: ServiceCredential, context: AuditContext): Promise<ServiceCaller | undefined>;
  /** Forgets a client that was changed here, and notifies the other processes. Call it after the commit. */
  announce(id: string): void;
  /** Processes a notice of another process; other kinds of notices are ignored. */
  learn(notice: string): void;
  /** Forgets every client, because notices may have been missed. */
  forgetAll(): void;
  /** Writes what is still to be written. */
  close(): Promise<void>;
}

/** Dependencies of the service clients. */
export interface ServiceClientsOptions {
  query: Query;
  logger: Logger;
  /** Returns whether notices of other processes arrive. */
  isListening(): boolean;
  /** Notifies the other processes by a second channel, if there is one. */
  publish(notice: string): void;
}

/** A client whose secret does not match is read again if it was read longer ago. */
const READ_AGAIN_AFTER_MILLISECONDS = 500;

const NOTICE = 'service-client:';

/** Returns the notice that a client has changed, as it is sent on the channel of the revoked sessions. */
export function noticeOfChange(id: string): string {
  return `${NOTICE}${id}`;
}

/** Creates the service clients of one process. */
export function createServiceClients(options: ServiceClientsOptions): ServiceClients {
  const directory = createServiceClientDirectory(options);
  const lastUsed = createLastUsed(options);
  const refusals = createRefusalNotes(options);
  return {
    async authenticate({ id, secret }, context) {
      const now = context.clock.now();
      const find = async (maxAge?: number) => (isUuid(id) ? await directory.find(id.toLowerCase(), maxAge) : null);
      let client = await find();
      let reason = checkCredential(client, secret, now);
      if (reason === 'WRONG_SECRET') {
        // A secret may be used before the notice of its rotation arrives here.
        client = await find(READ_AGAIN_AFTER_MILLISECONDS);
        reason = checkCredential(client, secret, now);
      }
      if (client === null || reason !== undefined) {
        refusals.note(context, { reason: reason ?? 'UNKNOWN_CLIENT', clientId: client?.id ?? null });
        return undefined;
      }
      lastUsed.note(client.id, now);
      return { id: client.id, scopes: client.scopes as ServiceScope[] };
    },
    announce(id) {
      directory.forget(id);
      options.publish(noticeOfChange(id));
    },
    learn(notice) {
      if (notice.startsWith(NOTICE)) directory.forget(notice.slice(NOTICE.length));
    },
    forgetAll: directory.forgetAll,
    async close() {
      await Promise.all([lastUsed.close(), refusals.close()]);
    },
  };
}
