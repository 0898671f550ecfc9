import type { EntityManager } from '@mikro-orm/postgresql';
import type { Dependencies } from '../dependencies.js';

/** Who asks, as far as the connection tells. */
export interface Client {
  /** Null where the transport knows none. */
  ipAddress: string | null;
  userAgent: string | null;
  /** What the browser's device cookie says; checked by whoever uses it. */
  deviceToken: string | null;
}

/** What a use-case may ask for: the process's dependencies and the request's own unit of work. Each picks what it needs. */
export interface UseCaseContext extends Dependencies {
  /** Forked for this request alone. */
  em: EntityManager;
  client: Client;
  requestId: string;
}

/** The parts of the context that are open inside a transaction and outside: none of them reaches another process. */
export type RequestFacts = Pick<UseCaseContext, 'settings' | 'secretKeys' | 'client' | 'requestId' | 'logger'>;

/** The ways out of the database: where committed changes are announced and jobs enqueued. */
type Outlets = Pick<
  UseCaseContext,
  'revocations' | 'mailQueue' | 'mailRoute' | 'passwordCheckQueue' | 'countMail' | 'limiter'
>;

/** The context of a use-case that changes something. A use-case that needs more adds a `Pick` of its own. */
export type Request = RequestFacts & Outlets & Pick<UseCaseContext, 'em' | 'clock'>;

/** The context of work that no client asks for: a command or a job. */
export function contextWithoutClient(dependencies: Dependencies, requestId: string): UseCaseContext {
  const client = { ipAddress: null, userAgent: null, deviceToken: null };
  return { ...dependencies, em: dependencies.orm.em.fork(), client, requestId };
}
