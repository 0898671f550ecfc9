import { Migration } from '@mikro-orm/migrations';

const TABLES = [
  'audit_events',
  'two_factor_challenges',
  'recovery_codes',
  'totp_credentials',
  'known_devices',
  'login_failures',
  'password_checks',
  'password_history',
];

/** Account protection: password history and checks, locks, known devices, the second factor and the audit log. */
export class AccountProtection extends Migration {
  override up(): void {
    this.addSql(`alter table "users"
      add column "email_key" varchar(254) null, add column "pending_email" varchar(254) null,
      add column "password_breached_at" timestamptz null, add column "password_contested_at" timestamptz null,
      add column "two_factor_enabled_at" timestamptz null, add column "deleted_at" timestamptz null,
      alter column "password_changed_at" type timestamptz(3)`);
    this.addSql('alter table "users" add constraint "users_email_key_unique" unique ("email_key")');
    this.addSql('create index "users_deleted_at_index" on "users" ("deleted_at")');
    this.addSql('alter table "sessions" add column "city" varchar(100) null, add column "country" varchar(2) null');
    this.passwords();
    this.devices();
    this.secondFactor();
    this.audit();
  }

  private passwords(): void {
    this.addSql(`create table "password_history" (
      "id" uuid not null, "user_id" uuid not null, "password_hash" text not null, "created_at" timestamptz not null,
      primary key ("id"))`);
    this.addSql(
      'create index "password_history_user_id_created_at_index" on "password_history" ("user_id", "created_at")',
    );
    this.belongsToUser('password_history');
    this.addSql(`create table "password_checks" (
      "user_id" uuid not null, "sealed_digest" text not null, "password_changed_at" timestamptz not null,
      "attempts" int not null default 0, "next_attempt_at" timestamptz not null, "created_at" timestamptz not null,
      primary key ("user_id"))`);
    this.addSql('create index "password_checks_next_attempt_at_index" on "password_checks" ("next_attempt_at")');
    this.belongsToUser('password_checks', true);
    this.addSql(`create table "login_failures" (
      "key" varchar(64) not null, "failures" int not null, "in_flight" int not null, "total" int not null,
      "last_tried_at" timestamptz not null,
      "locked_until" timestamptz null, "notified_at" timestamptz null,
      primary key ("key"))`);
    this.addSql('create index "login_failures_last_tried_at_index" on "login_failures" ("last_tried_at")');
  }

  private devices(): void {
    this.addSql(`create table "known_devices" (
      "user_id" uuid not null, "device_key" varchar(64) not null, "first_seen_at" timestamptz not null,
      "last_seen_at" timestamptz not null,
      primary key ("user_id", "device_key"))`);
    this.addSql('create index "known_devices_last_seen_at_index" on "known_devices" ("last_seen_at")');
    this.belongsToUser('known_devices');
  }

  private secondFactor(): void {
    this.addSql(`create table "totp_credentials" (
      "user_id" uuid not null, "sealed_secret" text not null, "last_step" int not null default 0,
      "created_at" timestamptz not null, "expires_at" timestamptz not null, "confirmed_at" timestamptz null,
      primary key ("user_id"))`);
    this.belongsToUser('totp_credentials', true);
    this.addSql(`create table "recovery_codes" (
      "user_id" uuid not null, "code_hash" varchar(64) not null, "used_at" timestamptz null,
      primary key ("user_id", "code_hash"))`);
    this.belongsToUser('recovery_codes');
    this.addSql(`create table "two_factor_challenges" (
      "id" uuid not null, "user_id" uuid not null, "client_key" varchar(64) not null, "remember_me" boolean not null,
      "device_name" varchar(100) null, "token_delivery" varchar(8) not null, "first_methods" text[] not null,
      "attempts" int not null default 0, "password_changed_at" timestamptz not null, "created_at" timestamptz not null,
      "expires_at" timestamptz not null, "consumed_at" timestamptz null,
      primary key ("id"))`);
    this.addSql('create index "two_factor_challenges_user_id_index" on "two_factor_challenges" ("user_id")');
    this.addSql('create index "two_factor_challenges_expires_at_index" on "two_factor_challenges" ("expires_at")');
    this.belongsToUser('two_factor_challenges');
  }

  /**
   * The log accepts only new rows, even from the owner of the table. Rows can be deleted only if they are older than the time
   * in `gatehouse.audit_purge_before` and older than 30 days, which the retention job uses.
   */
  private audit(): void {
    this.addSql(`create table "audit_events" (
      "id" uuid not null, "type" varchar(64) not null, "success" boolean not null, "risk_level" varchar(8) not null,
      "actor_id" uuid null, "user_id" uuid null, "ip_address" varchar(45) null, "user_agent" varchar(512) null,
      "request_id" varchar(64) null, "metadata" jsonb not null, "created_at" timestamptz not null,
      primary key ("id"))`);
    this.addSql(
      'create index "audit_events_user_id_created_at_id_index" on "audit_events" ("user_id", "created_at", "id")',
    );
    this.addSql(
      'create index "audit_events_actor_id_created_at_id_index" on "audit_events" ("actor_id", "created_at", "id")',
    );
    this.addSql('create index "audit_events_created_at_index" on "audit_events" ("created_at")');
    this.addSql(`create function refuse_audit_change() returns trigger language plpgsql as $$
      begin
        if tg_op = 'DELETE' then
          if old.created_at < least(
            nullif(current_setting('gatehouse.audit_purge_before', true), '')::timestamptz, now() - interval '30 days')
            and coalesce(current_setting('gatehouse.audit_purge_before', true), '') <> ''
          then return old; end if;
        end if;
        raise exception 'audit events are never changed' using errcode = 'insufficient_privilege';
      end $$`);
    this.addSql(`create trigger audit_events_append_only before update or delete on "audit_events"
      for each row execute function refuse_audit_change()`);
    this.addSql(`create trigger audit_events_no_truncate before truncate on "audit_events"
      for each statement execute function refuse_audit_change()`);
    // Also fires in a session with the replica role, in which ordinary triggers do not.
    for (const trigger of ['append_only', 'no_truncate']) {
      this.addSql(`alter table "audit_events" enable always trigger audit_events_${trigger}`);
    }
  }

  /** `one` means at most one row per user. The ORM expects such a key to follow the user's. */
  private belongsToUser(table: string, one = false): void {
    this.addSql(`alter table "${table}" add constraint "${table}_user_id_foreign"
      foreign key ("user_id") references "users" ("id") ${one ? 'on update cascade ' : ''}on delete cascade`);
  }

  override down(): void {
    for (const table of TABLES) this.addSql(`drop table "${table}"`);
    this.addSql('drop function refuse_audit_change()');
    this.addSql('alter table "sessions" drop column "city", drop column "country"');
    this.addSql(`alter table "users" drop column "email_key", drop column "pending_email",
      drop column "password_breached_at", drop column "password_contested_at", drop column "two_factor_enabled_at", drop column "deleted_at",
      alter column "password_changed_at" type timestamptz`);
  }
}
