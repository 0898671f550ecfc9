import { Migration } from '@mikro-orm/migrations';

/** Adds the services that call the gateway, with the hashes of their secrets. */
export class ServiceClients extends Migration {
  override up(): void {
    this.addSql(`create table if not exists "service_clients" ("id" uuid not null, "name" varchar(100) not null,
      "scopes" text[] not null, "secret_hash" bytea not null, "secret_prefix" varchar(64) not null,
      "previous_secret_hash" bytea null, "previous_until" timestamptz null, "created_at" timestamptz not null,
      "expires_at" timestamptz null, "last_used_at" timestamptz null, "revoked_at" timestamptz null, primary key ("id"))`);
    this.addSql(`create index if not exists "service_clients_created_at_id_index"
      on "service_clients" ("created_at", "id")`);
  }

  override down(): void {
    this.addSql('drop table "service_clients"');
  }
}
