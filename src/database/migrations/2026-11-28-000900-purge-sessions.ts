import { Migration } from '@mikro-orm/migrations';

const INDEXES = {
  sessions_kept_until_index: '"sessions" ("kept_until")',
  outbox_messages_code_id_index: '"outbox_messages" ("code_id") where code_id is not null',
};

/** A time at which the purge checks a session, and indexes for the purge and for the deletion of accounts. */
export class PurgeSessions extends Migration {
  override isTransactional(): boolean {
    return false;
  }

  override up(): void {
    // A constant default rewrites no row, and covers the sessions that processes of an earlier version create.
    this.addSql(
      `alter table "sessions" add column if not exists "kept_until" timestamptz not null default '-infinity'`,
    );
    for (const [name, definition] of Object.entries(INDEXES)) {
      // An interrupted run leaves an invalid index behind.
      this.addSql(`drop index concurrently if exists "${name}"`);
      this.addSql(`create index concurrently "${name}" on ${definition}`);
    }
  }
}
