import { Migration } from '@mikro-orm/migrations';

const INDEXES = {
  users_created_at_id_index: '"users" ("created_at", "id")',
  users_last_login_index: `"users" ((coalesce("last_login_at", '-infinity'::timestamptz)), "id")`,
  // Whatever the collation of the database, these find a prefix, and the first one is also an order.
  users_email_prefix_index: '"users" ("email" text_pattern_ops)',
  users_email_key_prefix_index: '"users" ("email_key" text_pattern_ops) where email_key is not null',
  users_username_key_prefix_index: '"users" ("username_key" text_pattern_ops) where username_key is not null',
  // Few among all accounts.
  users_disabled_index: '"users" ("created_at", "id") where disabled_at is not null',
  users_password_change_index:
    '"users" ("created_at", "id") where password_breached_at is not null or password_contested_at is not null',
  users_role_index: `"users" ("role", "created_at", "id") where role <> 'user'`,
  users_two_factor_index: '"users" ("created_at", "id") where two_factor_enabled_at is not null',
  outbox_messages_user_id_created_at_id_index:
    '"outbox_messages" ("user_id", "created_at", "id") where user_id is not null',
  outbox_messages_created_at_id_index: '"outbox_messages" ("created_at", "id")',
};

const TRIGRAMS = 'users_trigram_index';

/** The indexes of the lists that admins read, built without blocking writes. */
export class AdminIndexes extends Migration {
  override isTransactional(): boolean {
    return false;
  }

  override async up(): Promise<void> {
    for (const [name, definition] of Object.entries(INDEXES)) this.build(name, definition);
    await this.trigrams();
  }

  private build(name: string, definition: string): void {
    // An interrupted run leaves an invalid index behind.
    this.addSql(`drop index concurrently if exists "${name}"`);
    this.addSql(`create index concurrently "${name}" on ${definition}`);
  }

  /** Without the extension, or the right to create it, the search finds prefixes only. */
  private async trigrams(): Promise<void> {
    await this.execute(`do $$
      begin
        create extension if not exists pg_trgm;
      exception when others then
        raise notice 'pg_trgm is not available: %', sqlerrm;
      end $$`);
    const [found] = await this.execute(`select quote_ident(n.nspname) as schema from pg_extension e
      join pg_namespace n on n.oid = e.extnamespace where e.extname = 'pg_trgm'`);
    if (found === undefined) return;
    const columns = ['email', 'username_key', 'display_name'].map((name) => `"${name}" ${found.schema}.gin_trgm_ops`);
    this.build(TRIGRAMS, `"users" using gin (${columns.join(', ')})`);
  }
}
