import type { MikroORM, PostgreSqlConnection } from '@mikro-orm/postgresql';
import type { Query } from '../lib/query.js';
import { runStatement } from './new-connection.js';

/** Runs statements on the ORM's own pool, past its unit of work, for the paths that are walked with every request. */
export function createQuery(orm: MikroORM): Query {
  return async ({ text }, values) => {
    const pool = await (orm.em.getConnection() as PostgreSqlConnection).getNativeClient();
    return (await runStatement(text, () => pool.query(text, [...values]))).rows;
  };
}
