import { Migration } from '@mikro-orm/migrations';

/** Indexes of events that are rare, so that a sign-in or a refresh writes to none of them. */
const INDEXES = {
  type_index: `("type", "created_at", "id") where not success or type not in ('LOGIN', 'REFRESH')`,
  risk_index: `("created_at", "id") where risk_level in ('HIGH', 'CRITICAL')`,
};

/** Indexes by which admins find events, built one partition after another without blocking writes. */
export class AdminAuditIndexes extends Migration {
  override isTransactional(): boolean {
    return false;
  }

  override async up(): Promise<void> {
    const partitions = await this.execute(
      `select relname as name from pg_inherits join pg_class on oid = inhrelid where inhparent = 'audit_events'::regclass`,
    );
    for (const [index, definition] of Object.entries(INDEXES)) {
      // An interrupted run leaves an invalid index behind, with those of some partitions.
      this.addSql(`drop index if exists "audit_events_${index}"`);
      this.addSql(`create index "audit_events_${index}" on only "audit_events" ${definition}`);
      for (const { name } of partitions) {
        this.addSql(`drop index concurrently if exists "${name}_${index}"`);
        this.addSql(`create index concurrently "${name}_${index}" on "${name}" ${definition}`);
        this.addSql(`alter index "audit_events_${index}" attach partition "${name}_${index}"`);
      }
    }
  }
}
