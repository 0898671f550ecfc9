import { Migration } from '@mikro-orm/migrations';

/** Adds the hourly counts and the measured numbers behind the overview of administration. */
export class Overview extends Migration {
  override up(): void {
    this.addSql(`create table if not exists "event_counts" ("day" date not null, "hour" smallint not null, "name" varchar(64) not null,
      "events" int not null, primary key ("day", "hour", "name"))`);
    this.addSql(`create table if not exists "account_gauges" ("name" varchar(64) not null, "value" int not null,
      "measured_at" timestamptz not null, primary key ("name"))`);
  }

  override down(): void {
    this.addSql('drop table "event_counts"');
    this.addSql('drop table "account_gauges"');
  }
}
