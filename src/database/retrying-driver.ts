import { type Configuration, isRaw, raw } from '@mikro-orm/core';
import { NativeQueryBuilder, PostgreSqlConnection, PostgreSqlDriver } from '@mikro-orm/postgresql';
import { CompiledQuery } from 'kysely';
import { CommitUnanswered, isConnectionLost } from '../lib/database-errors.js';
import { type BoundStatement, Sql, SqlBatch } from '../lib/sql.js';
import { bindValues } from './bind.js';
import { runStatement } from './new-connection.js';

type Execute = PostgreSqlConnection['execute'];
type Call = Parameters<Execute>;
type Executor = ReturnType<PostgreSqlConnection['getClient']> | NonNullable<Call[3]>;

/**
 * Binds the values of every statement, which the ORM would write into its text. Repeats statements outside transactions if
 * that is safe, and reports a COMMIT without an answer.
 */
class RetryingConnection extends PostgreSqlConnection {
  override execute = (async (...[query, params = [], method = 'all', transaction]: Call) => {
    await this.ensureConnection();
    const statement = this.#bind(query, params);
    const run = () => this.#run(transaction ?? this.getClient(), statement, method);
    return await (transaction === undefined ? runStatement(statement.text, run) : run());
  }) as Execute;

  #bind(query: Call[0] | Sql | SqlBatch, params: NonNullable<Call[1]>): BoundStatement {
    if (query instanceof Sql) return query;
    if (query instanceof SqlBatch) return { text: SqlBatch.TEXT, values: [...query.statements] };
    const written = query instanceof NativeQueryBuilder ? query.toRaw() : query;
    if (isRaw(written)) return bindValues(this.platform, written.sql, written.params);
    if (Array.isArray(params)) return bindValues(this.platform, written, params);
    const named = raw(written, params as Record<string, unknown>) as unknown as { sql: string; params: unknown[] };
    return bindValues(this.platform, named.sql, named.params);
  }

  async #run(executor: Executor, { text, values }: BoundStatement, method: Call[2]): Promise<unknown> {
    return await this.executeQuery(text, async () => {
      const result = await executor.executeQuery(CompiledQuery.raw(text, values));
      return this.transformRawResult(result, method);
    });
  }

  override async commit(...call: Parameters<PostgreSqlConnection['commit']>): Promise<void> {
    try {
      await super.commit(...call);
    } catch (cause) {
      throw isConnectionLost(cause) ? new CommitUnanswered(cause) : cause;
    }
  }
}

/** The ORM's PostgreSQL driver, over connections that may be lost. */
export class RetryingDriver extends PostgreSqlDriver {
  protected override readonly connection: RetryingConnection;

  constructor(config: Configuration) {
    super(config);
    this.connection = new RetryingConnection(config);
  }
}
