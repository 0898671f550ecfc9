import { Migration } from '@mikro-orm/migrations';

/** Counts failures by network, so that a success clears those of the networks that the account was signed in from. */
export class FailuresByNetwork extends Migration {
  override up(): void {
    this.addSql(`alter table "login_failures"
      add column "failed_at" timestamptz null, add column "counted_since" timestamptz null,
      add column "counted" int not null default 0, add column "subject_key" varchar(64) null`);
    this.addSql('create index "login_failures_subject_key_index" on "login_failures" ("subject_key")');
  }
}
