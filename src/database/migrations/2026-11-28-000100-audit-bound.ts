import { Migration } from '@mikro-orm/migrations';

/**
 * Bounds the table of audit events, so that it can become the first partition later. The bound is months ahead: whatever
 * happens before the next step, events can be inserted until then. Existing rows are checked by the next migration, which
 * blocks nobody.
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
