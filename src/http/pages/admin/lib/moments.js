/** The value of a `datetime-local` field for a time of the API; undefined if there is none. */
export function localValue(iso) {
  const date = new Date(iso ?? '');
  if (Number.isNaN(date.getTime())) return undefined;
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** The time of the API for the value of a `datetime-local` field; undefined if there is none. */
export function isoOf(local) {
  const date = new Date(local ?? '');
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
