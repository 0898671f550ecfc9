import { Migration } from '@mikro-orm/migrations';

/**
 * Partitions the audit log by month. The existing table becomes the first partition unchanged. Its bound and key already
 * exist, so nothing is read. Inserting by the table's name works as before.
 */
export class AuditPartitions extends Migration {
  override up(): void {
    this.actAsOwner();
    this.guard();
    this.partitionFunctions();
    this.oldTable();
    this.parent();
    this.grants();
    this.attach();
    this.addSql('reset role');
  }

  /** Objects created here belong to the owner of the table, even if a superuser migrates. */
  private actAsOwner(): void {
    this.addSql(`do $$
      declare
        owner regrole := (select relowner from pg_class where oid = 'audit_events'::regclass);
      begin
        if owner <> current_user::regrole then execute format('set local role %s', owner); end if;
      end $$`);
    this.addSql('lock table "audit_events" in access exclusive mode');
  }

  /** As before, except that privileges on a partition do not allow a delete that the log itself does not allow. */
  private guard(): void {
    this.addSql(`create or replace function refuse_audit_change() returns trigger language plpgsql as $$
      begin
        if tg_op = 'DELETE' then
          if old.created_at < least(
            nullif(current_setting('gatehouse.audit_purge_before', true), '')::timestamptz, now() - interval '30 days')
            and coalesce(current_setting('gatehouse.audit_purge_before', true), '') <> ''
            and has_table_privilege(coalesce(pg_partition_root(tg_relid), tg_relid), 'DELETE')
          then return old; end if;
        end if;
        raise exception 'audit events are never changed' using errcode = 'insufficient_privilege';
      end $$`);
  }

  private partitionFunctions(): void {
    this.addSql(`create function audit_partitions() returns table (name name, ends_at timestamptz) language sql stable
      as $$
        select c.relname, substring(pg_get_expr(c.relpartbound, c.oid) from 'TO [(]''([^'']+)''[)]')::timestamptz
        from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'audit_events'::regclass and pg_get_expr(c.relpartbound, c.oid) <> 'DEFAULT'
      $$`);
    // Row triggers of the log apply to its partitions automatically; statement triggers do not.
    this.addSql(`create function new_audit_partition(name text) returns void language plpgsql as $$
      begin
        execute format('create table %I (like audit_events including all)', name);
        execute format('create trigger audit_events_no_truncate before truncate on %I
          for each statement execute function refuse_audit_change()', name);
        execute format('alter table %I enable always trigger audit_events_no_truncate', name);
      end $$`);
    this.createPartitions();
    this.dropPartitions();
    // Both run in the log's schema, whatever search path the caller has.
    this.addSql(`do $$
      begin
        execute format('alter function create_audit_partitions(timestamptz) set search_path = %I, pg_temp', current_schema());
        execute format('alter function drop_audit_partitions(timestamptz) set search_path = %I, pg_temp', current_schema());
      end $$`);
    this.addSql('revoke execute on function create_audit_partitions(timestamptz) from public');
  }

  /**
   * Creates the missing partitions of the month of `moment` and the two after it. The end of the last partition only moves
   * forward, so after a long pause one partition covers the whole gap. Events after that end are in the default partition,
   * which then becomes a partition of its own, so that none of its events is lost.
   */
  private createPartitions(): void {
    this.addSql(`create function create_audit_partitions(moment timestamptz)
      returns table (partition text, held_events boolean)
      language plpgsql security definer set timezone = 'UTC' set lock_timeout = '2s' as $$
      declare
        month constant timestamptz := date_trunc('month', moment);
        edge timestamptz;
        beyond timestamptz;
      begin
        perform pg_advisory_xact_lock(7105315);
        loop
          select coalesce(max(p.ends_at), month) into edge from audit_partitions() p;
          exit when edge >= month + interval '3 months';
          beyond := greatest(edge, month) + interval '1 month';
          partition := 'audit_events_' || to_char(edge, 'YYYY_MM');
          held_events := exists (
            select from audit_events_default d where d.created_at >= edge and d.created_at < beyond);
          if held_events then
            alter table audit_events detach partition audit_events_default;
            execute format('alter table audit_events_default rename to %I', partition);
            perform new_audit_partition('audit_events_default');
            alter table audit_events attach partition audit_events_default default;
            execute format('with others as (delete from %I where created_at < %L or created_at >= %L returning *)
              insert into audit_events select * from others', partition, edge, beyond);
          else
            perform new_audit_partition(partition);
          end if;
          execute format('alter table audit_events attach partition %I for values from (%L) to (%L)', partition, edge, beyond);
          return next;
        end loop;
      end $$`);
  }

  /** Drops the partitions whose events are all older than `before`, and in any case older than 30 days. */
  private dropPartitions(): void {
    this.addSql(`create function drop_audit_partitions(before timestamptz) returns setof text
      language plpgsql set timezone = 'UTC' set lock_timeout = '2s' as $$
      declare
        partition text;
      begin
        for partition in
          select p.name from audit_partitions() p where p.ends_at <= least(before, now() - interval '30 days')
          order by p.ends_at
        loop
          execute format('drop table %I', partition);
          return next partition;
        end loop;
      end $$`);
  }

  /** Renames the table and its indexes, so that the parent can take their names. */
  private oldTable(): void {
    this.addSql(`do $$
      declare
        partition name := (select conname from pg_constraint
          where conrelid = 'audit_events'::regclass and conname ~ '^audit_events_before_[0-9]+_[0-9]+$');
      begin
        drop trigger audit_events_append_only on audit_events;
        drop index audit_events_created_at_index;
        alter table audit_events drop constraint audit_events_pkey;
        execute format('alter table audit_events add constraint %I primary key using index audit_events_partition_key',
          partition || '_pkey');
        execute format('alter index audit_events_user_id_created_at_id_index rename to %I',
          partition || '_user_id_created_at_id_idx');
        execute format('alter index audit_events_actor_id_created_at_id_index rename to %I',
          partition || '_actor_id_created_at_id_idx');
        execute format('alter table audit_events rename to %I', partition);
        perform set_config('gatehouse.audit_partition', partition, true);
      end $$`);
  }

  private parent(): void {
    this.addSql(`create table "audit_events" (
      "id" uuid not null, "type" varchar(64) not null, "success" boolean not null, "risk_level" varchar(8) not null,
      "actor_id" uuid null, "user_id" uuid null, "ip_address" varchar(45) null, "user_agent" varchar(512) null,
      "request_id" varchar(64) null, "metadata" jsonb not null, "created_at" timestamptz not null,
      primary key ("created_at", "id")) partition by range ("created_at")`);
    for (const column of ['user_id', 'actor_id']) {
      this.addSql(
        `create index "audit_events_${column}_created_at_id_index" on "audit_events" ("${column}", "created_at", "id")`,
      );
    }
    this.addSql(`create trigger audit_events_append_only before update or delete on "audit_events"
      for each row execute function refuse_audit_change()`);
    this.addSql(`create trigger audit_events_no_truncate before truncate on "audit_events"
      for each statement execute function refuse_audit_change()`);
    for (const trigger of ['append_only', 'no_truncate']) {
      this.addSql(`alter table "audit_events" enable always trigger audit_events_${trigger}`);
    }
  }

  /** Moves each privilege on the table to the parent; partitions need none. */
  private grants(): void {
    this.addSql(`do $$
      declare
        old regclass := current_setting('gatehouse.audit_partition')::regclass;
        given record;
      begin
        for given in
          select c.oid::regclass as relation, a.privilege_type as privilege, a.is_grantable,
            case when a.grantee = 0 then 'public' else a.grantee::regrole::text end as grantee
          from pg_class c, aclexplode(c.relacl) a
          where c.oid in (old, 'audit_events'::regclass) and a.grantee <> c.relowner
          order by c.oid = old
        loop
          execute format('revoke all on %s from %s cascade', given.relation, given.grantee);
          continue when given.relation <> old;
          execute format('grant %s on audit_events to %s %s', given.privilege, given.grantee,
            case when given.is_grantable then 'with grant option' end);
          if given.privilege = 'INSERT' then
            execute format('grant execute on function create_audit_partitions(timestamptz) to %s', given.grantee);
          end if;
        end loop;
      end $$`);
  }

  private attach(): void {
    this.addSql(`do $$
      declare
        old name := current_setting('gatehouse.audit_partition');
        bound timestamptz := make_timestamptz(left(right(old, 7), 4)::int, right(old, 2)::int, 1, 0, 0, 0, 'UTC');
        is_empty boolean;
      begin
        perform set_config('TimeZone', 'UTC', true);
        execute format('select not exists (select from %I)', old) into is_empty;
        if is_empty then
          bound := date_trunc('month', now());
        end if;
        execute format('alter table audit_events attach partition %I for values from (minvalue) to (%L)', old, bound);
        execute format('alter table %I drop constraint %I', old, old);
        if is_empty then
          execute format('alter table %I rename to %I', old, 'audit_events_before_' || to_char(bound, 'YYYY_MM'));
        end if;
        perform new_audit_partition('audit_events_default');
        alter table audit_events attach partition audit_events_default default;
        perform create_audit_partitions(now());
      end $$`);
  }
}
