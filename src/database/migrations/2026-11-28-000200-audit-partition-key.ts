import { Migration } from '@mikro-orm/migrations';

/** Builds the key of a partition and validates the bound. Reads the whole table of audit events while rows are inserted. */
export class AuditPartitionKey extends Migration {
  override isTransactional(): boolean {
    return false;
  }

  override up(): void {
    // An interrupted run leaves an invalid index behind.
    this.addSql('drop index concurrently if exists "audit_events_partition_key"');
    this.addSql('create unique index concurrently "audit_events_partition_key" on "audit_events" ("created_at", "id")');
    this.addSql(`do $$
      begin
        execute (
          select format('alter table audit_events validate constraint %I', conname) from pg_constraint
          where conrelid = 'audit_events'::regclass and conname ~ '^audit_events_before_[0-9]+_[0-9]+$');
      end $$`);
  }
}
