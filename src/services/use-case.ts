import type { EntityManager } from '@mikro-orm/postgresql';
import type { Dependencies } from '../dependencies.js';
import type { Admission } from './admission.js';

/** The client, as far as the connection identifies it. */
export interface Client {
  /** Null if the transport knows none. */
  ipAddress: string | null;
  userAgent: string | null;
  /** Value of the browser's device cookie. It is not verified yet. */
  deviceToken: string | null;
}

/**
 * Everything that a use-case may require: the dependencies of the process and the request's own unit of work. Each
 * use-case picks what it needs.
 */
export interface UseCaseContext extends Dependencies {
  /** Forked for this request alone. */
  em: EntityManager;
  client: Client;
  requestId: string;
  /** The limits of the call, if the use-case counts them itself. */
  admission?: Admission | undefined;
}

/**
 * The parts of the context that are available inside a transaction and outside. None of them reaches another process.
 */
export type RequestFacts = Pick<UseCaseContext, 'settings' | 'secretKeys' | 'client' | 'requestId' | 'logger'>;

/** The parts that reach beyond the database: committed changes are announced and jobs are enqueued there. */
type Outlets = Pick<
  UseCaseContext,
  'revocations' | 'serviceClients' | 'mailQueue' | 'mailRoute' | 'passwordCheckQueue' | 'countMail' | 'limiter'
>;

/** The context of a use-case that changes something. A use-case that needs more adds a `Pick` of its own. */
export type Request = RequestFacts & Outlets & Pick<UseCaseContext, 'em' | 'clock'>;

/** Creates the context of work without a client: a command or a job. */
export function contextWithoutClient(dependencies: Dependencies, requestId: string): UseCaseContext {
  const client = { ipAddress: null, userAgent: null, deviceToken: null };
  return { ...dependencies, em: dependencies.orm.em.fork(), client, requestId };
}
