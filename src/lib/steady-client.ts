import pg from 'pg';

/**
 * A PostgreSQL client that survives its connection. A connection that breaks between two statements is an `error` event,
 * and one that nobody listens to would end the process; whoever uses the client next is told by a rejection.
 */
export class SteadyClient extends pg.Client {
  override emit(...event: Parameters<pg.Client['emit']>): boolean {
    if (event[0] === 'error' && this.listenerCount('error') === 0) return false;
    return super.emit(...event);
  }
}
