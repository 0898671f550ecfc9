import pg from 'pg';
import { onTestFinished, vi } from 'vitest';
import { RequestClient } from '../../src/lib/request-client.js';

/** What a client sent: the text of a statement, or of the first of those that were sent at once, and how many values it has. */
export interface SentStatement {
  text: string;
  values: number;
}

/** A connection that is opened, and the watch of the pool, belong to no request. */
const OWN = /^\s*SELECT (1$|pg_backend_pid\(\))/;

/** Watches what the pool of the requests sends to PostgreSQL; each entry is one round trip. */
export function watchStatements(): SentStatement[] {
  const sent: SentStatement[] = [];
  const ask = pg.Client.prototype.query as (...call: unknown[]) => unknown;
  const watch = vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (
    this: pg.Client,
    ...call: unknown[]
  ) {
    const [query, values] = call as [string | { text: string; values?: unknown[] }, unknown?];
    const given = Array.isArray(values) ? values : typeof query === 'string' ? undefined : query.values;
    const text = typeof query === 'string' ? query : query.text;
    if (this instanceof RequestClient && !OWN.test(text)) sent.push({ text, values: given?.length ?? 0 });
    return ask.apply(this, call);
  } as never);
  onTestFinished(() => watch.mockRestore());
  return sent;
}
