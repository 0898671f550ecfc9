import { Migration } from '@mikro-orm/migrations';

/** The times at which a session's latest refresh tokens were replaced, and the newest generation that its client has shown. */
export class Rotations extends Migration {
  override up(): void {
    this.addSql(`alter table "sessions"
      add column if not exists "rotated_at" timestamptz[] not null default '{}',
      add column if not exists "seen_generation" int not null default 0`);
  }
}
