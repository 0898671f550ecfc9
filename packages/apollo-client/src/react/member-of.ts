/** The value of the field that an operation has: for a mutation of the gateway, its result union. */
export type MemberOf<D> = NonNullable<D[Exclude<keyof D, '__typename'>]>;

/** Returns that value. Throws if the answer has none. */
export function memberOf<D>(data: D | null | undefined): MemberOf<D> {
  const entry = Object.entries(data ?? {}).find(([key]) => key !== '__typename');
  if (entry?.[1] == null) throw new Error('The answer has no data.');
  return entry[1] as MemberOf<D>;
}
