import { Migration } from '@mikro-orm/migrations';

/** Accounts, sessions, one-time codes, the mail outbox, the key ring and the counters of the rate limits. */
export class Initial extends Migration {
  override up(): void {
    this.addSql(`create table "users" (
      "id" uuid not null, "email" varchar(254) not null, "username" varchar(32) null, "username_key" varchar(32) null,
      "display_name" varchar(100) null, "role" varchar(32) not null,
      "password_hash" text not null, "password_changed_at" timestamptz not null,
      "email_verified_at" timestamptz null, "disabled_at" timestamptz null, "last_login_at" timestamptz null,
      "locale" varchar(35) null, "timezone" varchar(64) null,
      "terms_accepted_at" timestamptz null, "privacy_policy_accepted_at" timestamptz null,
      "created_at" timestamptz not null, "updated_at" timestamptz not null,
      primary key ("id"))`);
    this.addSql('alter table "users" add constraint "users_email_unique" unique ("email")');
    this.addSql('alter table "users" add constraint "users_username_key_unique" unique ("username_key")');

    this.addSql(`create table "sessions" (
      "id" uuid not null, "user_id" uuid not null, "secret_hash" bytea not null, "generation" int not null default 0,
      "remember_me" boolean not null, "device_name" varchar(100) null, "device_type" varchar(16) not null,
      "browser" varchar(100) null, "operating_system" varchar(100) null, "ip_address" varchar(45) null,
      "authentication_methods" text[] not null, "authenticated_at" timestamptz not null,
      "created_at" timestamptz not null, "last_activity_at" timestamptz not null, "last_rotated_at" timestamptz null,
      "expires_at" timestamptz not null, "absolute_expires_at" timestamptz not null,
      "revoked_at" timestamptz null, "revocation_reason" varchar(32) null,
      primary key ("id"))`);
    this.addSql('create index "sessions_user_id_created_at_id_index" on "sessions" ("user_id", "created_at", "id")');
    this.addSql('create index "sessions_revoked_at_index" on "sessions" ("revoked_at")');
    this.addSql(`alter table "sessions" add constraint "sessions_user_id_foreign"
      foreign key ("user_id") references "users" ("id") on delete cascade`);

    this.addSql(`create table "one_time_codes" (
      "purpose" varchar(32) not null, "address" varchar(254) not null, "id" uuid not null, "user_id" uuid null,
      "key_id" varchar(16) not null, "attempts" int not null default 0, "issued_at" timestamptz not null,
      "code_expires_at" timestamptz not null, "link_expires_at" timestamptz not null, "consumed_at" timestamptz null,
      primary key ("purpose", "address"))`);
    this.addSql('alter table "one_time_codes" add constraint "one_time_codes_id_unique" unique ("id")');
    this.addSql('create index "one_time_codes_user_id_index" on "one_time_codes" ("user_id")');
    this.addSql('create index "one_time_codes_link_expires_at_index" on "one_time_codes" ("link_expires_at")');
    this.addSql(`alter table "one_time_codes" add constraint "one_time_codes_user_id_foreign"
      foreign key ("user_id") references "users" ("id") on delete cascade`);

    this.addSql(`create table "outbox_messages" (
      "id" uuid not null, "mail" varchar(64) not null, "recipient" varchar(254) not null, "locale" varchar(35) null,
      "code_id" uuid null, "variables" jsonb not null, "status" varchar(16) not null default 'PENDING',
      "attempts" int not null default 0, "request_id" varchar(64) null, "created_at" timestamptz not null,
      "next_attempt_at" timestamptz not null, "locked_until" timestamptz null, "finished_at" timestamptz null,
      "last_error" varchar(500) null,
      primary key ("id"))`);
    this.addSql(
      'create index "outbox_messages_status_next_attempt_at_index" on "outbox_messages" ("status", "next_attempt_at")',
    );

    this.addSql(`create table "signing_keys" (
      "id" varchar(64) not null, "algorithm" varchar(16) not null, "public_jwk" jsonb not null,
      "sealed_private_jwk" text not null, "created_at" timestamptz not null, "active_from" timestamptz not null,
      "retires_at" timestamptz null,
      primary key ("id"))`);

    this.addSql(`create table "rate_limits" (
      "key" varchar(255) not null, "points" integer not null default 0, "expire" bigint,
      primary key ("key"))`);
  }

  override down(): void {
    for (const table of ['rate_limits', 'signing_keys', 'outbox_messages', 'one_time_codes', 'sessions', 'users']) {
      this.addSql(`drop table "${table}"`);
    }
  }
}
