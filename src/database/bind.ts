import { isRaw, JsonProperty, type Platform, RawQueryFragment, Utils } from '@mikro-orm/core';
import type { BoundStatement } from '../lib/sql.js';

/** An escaped question mark, an identifier, or a value. */
const PLACE = /\\\?|\?\??/g;

/** Converts a value to a bound parameter. `undefined` and objects of unknown classes have no meaning in SQL. */
function toParameter(value: unknown): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  if (typeof value === 'bigint') return String(value);
  // The driver would format it in this machine's time zone.
  if (value instanceof Date) return value.toISOString();
  if (ArrayBuffer.isView(value)) return value;
  if (Utils.isPlainObject(value) || (typeof value === 'object' && JsonProperty in value)) return JSON.stringify(value);
  throw new TypeError(`A value of type ${typeof value} cannot be bound to a statement.`);
}

/**
 * Converts the question marks of the ORM's statements to PostgreSQL placeholders. Equivalent to the ORM's `formatQuery`,
 * which writes the values into the text: `??` is an identifier, a raw fragment is text with its own values, and an array is
 * a list of values, as in `IN (?)`.
 */
export function bindValues(platform: Platform, sql: string, params: readonly unknown[]): BoundStatement {
  const values: unknown[] = [];
  const placeFor = (value: unknown): string => {
    if (isRaw(value)) return fill(value.sql, value.params);
    if (Array.isArray(value) && !(JsonProperty in value)) return value.map(placeFor).join(', ');
    return `$${values.push(toParameter(value))}`;
  };
  const identifierOf = (name: unknown): string => {
    const fragment = RawQueryFragment.getKnownFragment(name as string);
    return fragment === undefined ? platform.quoteIdentifier(String(name)) : fill(fragment.sql, fragment.params);
  };
  const fill = (text: string, given: readonly unknown[]): string => {
    if (given.length === 0) return text;
    let used = 0;
    const next = (): unknown => {
      if (used === given.length) throw new TypeError('A statement has more places than values.');
      used += 1;
      return given[used - 1];
    };
    const filled = text.replace(PLACE, (place) => {
      if (place === '\\?') return '?';
      return place === '??' ? identifierOf(next()) : placeFor(next());
    });
    if (used < given.length) throw new TypeError('A statement has more values than places.');
    return filled;
  };
  return { text: fill(sql, params), values };
}
