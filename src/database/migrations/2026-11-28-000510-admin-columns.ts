import { Migration } from '@mikro-orm/migrations';

/** Adds the account to each email of the outbox. Emails of an older process have none. */
export class AdminColumns extends Migration {
  override up(): void {
    this.addSql('alter table "outbox_messages" add column if not exists "user_id" uuid null');
  }

  override down(): void {
    this.addSql('alter table "outbox_messages" drop column "user_id"');
  }
}
