import { Migration } from '@mikro-orm/migrations';

/** Adds the time since when a password reset has allowed a few authenticator codes again. */
export class LiftedTotals extends Migration {
  override up(): void {
    this.addSql('alter table "login_failures" add column "lifted_at" timestamptz null');
  }
}
