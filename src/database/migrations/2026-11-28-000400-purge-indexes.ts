import { Migration } from '@mikro-orm/migrations';

const INDEXES = {
  // Unverified accounts and unconfirmed enrolments are few among all rows.
  users_created_at_index: '"users" ("created_at") where email_verified_at is null',
  totp_credentials_expires_at_index: '"totp_credentials" ("expires_at") where confirmed_at is null',
  outbox_messages_finished_at_index: '"outbox_messages" ("finished_at")',
  outbox_messages_recipient_index: '"outbox_messages" ("recipient")',
};

/** Indexes that find old rows, built without blocking writes. */
export class PurgeIndexes extends Migration {
  override isTransactional(): boolean {
    return false;
  }

  override up(): void {
    for (const [name, definition] of Object.entries(INDEXES)) {
      // An interrupted run leaves an invalid index behind.
      this.addSql(`drop index concurrently if exists "${name}"`);
      this.addSql(`create index concurrently "${name}" on ${definition}`);
    }
  }
}
