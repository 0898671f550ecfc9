import { Migration } from '@mikro-orm/migrations';

/**
 * Counts a call for several limits, in order, until one refuses it. From place `repeatable_from` on, a call counts only if
 * one of `marks` is new; otherwise the counts are only read. A refused call leaves no mark, because its repetition must not
 * pass. A mark with fewer points belongs to a process of an earlier version that has not counted its call yet.
 */
const COUNT_LIMITS = `
  create function count_limits(
    keys text[], most int[], windows bigint[], repeatable_from int, marks text[], mark_window bigint
  ) returns table (place int, worth int, points int, milliseconds bigint) language plpgsql as $$
  declare
    moment bigint := (extract(epoch from clock_timestamp()) * 1000)::bigint;
    claimed text;
    is_repeated boolean := false;
    mark text;
    ends bigint;
  begin
    for i in 1 .. coalesce(cardinality(keys), 0) loop
      if i = repeatable_from then
        foreach mark in array marks loop
          insert into rate_limits as m (key, points, expire) values (mark, 1000001, moment + mark_window)
            on conflict (key) do update set points = excluded.points, expire = excluded.expire
              where m.expire <= moment or m.points < excluded.points
            returning m.key into claimed;
          exit when claimed is not null;
        end loop;
        is_repeated := claimed is null;
      end if;
      place := i;
      worth := case when is_repeated then 0 else 1 end;
      insert into rate_limits as c (key, points, expire) values (keys[i], worth, moment + windows[i])
        on conflict (key) do update set
          points = case when c.expire <= moment then 0 else c.points end + excluded.points,
          expire = case when c.expire <= moment then excluded.expire else c.expire end
        returning c.points, c.expire into points, ends;
      milliseconds := ends - moment;
      return next;
      if worth > 0 and points > most[i] then
        delete from rate_limits r where r.key = claimed;
        return;
      end if;
    end loop;
  end $$`;

/** A function that counts a call for all limits of its operation in one statement. */
export class CountLimits extends Migration {
  override up(): void {
    this.addSql(COUNT_LIMITS);
  }
}
