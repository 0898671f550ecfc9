import type { MikroORM, PostgreSqlConnection } from '@mikro-orm/postgresql';
import type { Query, Transact } from '../lib/query.js';
import type { RequestClient } from '../lib/request-client.js';
import { onNewConnection, pastConflicts, runStatement } from './new-connection.js';

const ATTEMPTS = 10;

/** Runs statements on the ORM's pool, bypassing its unit of work, for the code paths of every request. */
export function createQuery(orm: MikroORM): Query {
  return async ({ text }, values) => {
    const pool = await (orm.em.getConnection() as PostgreSqlConnection).getNativeClient();
    return (await runStatement(text, () => pool.query(text, [...values]))).rows;
  };
}

/** Runs statements as one transaction in one round trip, and repeats it if it left no effect. */
export function createTransact(orm: MikroORM): Transact {
  return async (statements) => {
    const pool = await (orm.em.getConnection() as PostgreSqlConnection).getNativeClient();
    const attempt = async () => {
      const client = (await pool.connect()) as RequestClient & { release(): void };
      return await client.transact(statements).finally(() => client.release());
    };
    return await pastConflicts(ATTEMPTS, () => onNewConnection(attempt));
  };
}
