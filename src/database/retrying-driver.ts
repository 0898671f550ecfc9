import { type Configuration, isRaw } from '@mikro-orm/core';
import { PostgreSqlConnection, PostgreSqlDriver } from '@mikro-orm/postgresql';
import { CommitUnanswered, isConnectionLost } from '../lib/database-errors.js';
import { runStatement } from './new-connection.js';

type Execute = PostgreSqlConnection['execute'];

function textOf(query: Parameters<Execute>[0]): string {
  if (typeof query === 'string') return query;
  return isRaw(query) ? query.sql : '';
}

/** Asks again outside of transactions where that is safe, and tells of a COMMIT that nobody answered. */
class RetryingConnection extends PostgreSqlConnection {
  override execute = (async (...call: Parameters<Execute>) => {
    const run = () => PostgreSqlConnection.prototype.execute.apply(this, call);
    const [query, , , transaction] = call;
    return await (transaction === undefined ? runStatement(textOf(query), run) : run());
  }) as Execute;

  override async commit(...call: Parameters<PostgreSqlConnection['commit']>): Promise<void> {
    try {
      await super.commit(...call);
    } catch (cause) {
      throw isConnectionLost(cause) ? new CommitUnanswered(cause) : cause;
    }
  }
}

/** PostgreSQL as the ORM knows it, over connections that may be lost. */
export class RetryingDriver extends PostgreSqlDriver {
  protected override readonly connection: RetryingConnection;

  constructor(config: Configuration) {
    super(config);
    this.connection = new RetryingConnection(config);
  }
}
