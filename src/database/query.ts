import type { MikroORM, PostgreSqlConnection } from '@mikro-orm/postgresql';
import type { Logger } from 'pino';
import type { Query } from '../lib/query.js';
import { runStatement } from './new-connection.js';

/** A statement that was prepared is not there, or is there already: a pooler has put another server process in between. */
const NOT_KEPT: readonly unknown[] = ['26000', '42P05'];

/**
 * Runs prepared statements on the ORM's own pool, past its unit of work, for the paths that are walked with every request.
 * Behind a pooler that keeps no prepared statements they are planned each time; nothing of a refused one has run.
 */
export function createQuery(orm: MikroORM, logger: Logger): Query {
  let isKept = true;
  return async ({ name, text }, values) => {
    const pool = await (orm.em.getConnection() as PostgreSqlConnection).getNativeClient();
    const statement = { text, values: [...values] };
    const ask = async (asked: typeof statement & { name?: string }) =>
      (await runStatement(text, () => pool.query(asked))).rows;
    if (!isKept) return await ask(statement);
    try {
      return await ask({ ...statement, name });
    } catch (cause) {
      if (!NOT_KEPT.includes((cause as { code?: unknown }).code)) throw cause;
      if (isKept) logger.warn({ err: cause }, 'a pooler drops prepared statements; every statement is planned again');
      isKept = false;
      return await ask(statement);
    }
  };
}
