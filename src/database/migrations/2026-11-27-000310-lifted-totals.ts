import { Migration } from '@mikro-orm/migrations';

/** Since when a password reset allows a few codes of the app again. */
export class LiftedTotals extends Migration {
  override up(): void {
    this.addSql('alter table "login_failures" add column "lifted_at" timestamptz null');
  }
}
