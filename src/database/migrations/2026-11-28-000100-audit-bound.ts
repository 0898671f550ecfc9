import { Migration } from '@mikro-orm/migrations';

/**
 * Bounds the table of audit events, so that it can later become the first partition. The bound is months ahead, so events
 * can be inserted until then whatever happens before the next step. The next migration checks the existing rows without
 * blocking anyone.
 */
export class AuditBound extends Migration {
  override up(): void {
    this.addSql(`do $$
      declare
        bound timestamptz;
      begin
        perform set_config('TimeZone', 'UTC', true);
        select greatest(date_trunc('month', now()) + interval '3 months',
          date_trunc('month', max(created_at)) + interval '1 month') into bound from audit_events;
        execute format('alter table audit_events add constraint %I check (created_at < %L) not valid',
          'audit_events_before_' || to_char(bound, 'YYYY_MM'), bound);
      end $$`);
  }
}
