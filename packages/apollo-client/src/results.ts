import type { ProblemName } from './generated/possible-types.js';
import { possibleTypes } from './generated/possible-types.js';
import { AuthTroubleError } from './trouble.js';

interface Named {
  __typename: string;
}

/** The members of a result union that are problems. */
export type Problems<T> = Extract<T, { __typename: ProblemName }>;
/** A function for each member of a union. */
export type Members<T extends Named, R> = {
  [K in T['__typename']]: (member: Extract<T, { __typename: K }>) => R;
};
/** A function for every member; TypeScript rejects the call if one is missing. */
export type Exhaustive<T extends Named, R> = Members<T, R>;
/** A function for every success, and `AuthProblem` for the problems without one of their own. */
export type WithProblem<T extends Named, R> = Members<Exclude<T, Problems<T>>, R> &
  Partial<Members<Problems<T>, R>> & { AuthProblem: (problem: Problems<T>) => R };
/** A function for some members, and `_` for the others. */
export type WithRest<T extends Named, R> = Partial<Members<T, R>> & { _: (member: T) => R };

/** Whether a member of a result union is a problem. */
export function isProblem<T>(result: T): result is Problems<T> {
  const name = (result as Partial<Named> | null | undefined)?.__typename ?? '';
  return (possibleTypes.AuthProblem as readonly string[]).includes(name);
}

/**
 * Calls the function for the member that the gateway returned. Without a function for it, that is `AuthProblem` for a problem, or
 * `_`. Throws TypeError if there is none, which can only be a member that is newer than the app.
 */
export function matchResult<T extends Named, R>(result: T, handlers: Exhaustive<T, R>): R;
export function matchResult<T extends Named, R>(result: T, handlers: WithRest<T, R>): R;
export function matchResult<T extends Named, R>(result: T, handlers: WithProblem<T, R>): R;
export function matchResult<T extends Named, R>(result: T, handlers: object): R {
  const all = handlers as Record<string, ((member: T) => R) | undefined>;
  const isUnknownProblem = result.__typename.endsWith('Problem');
  const handler = all[result.__typename] ?? (isUnknownProblem ? all.AuthProblem : undefined) ?? all._;
  if (!handler) throw new TypeError(`matchResult has no function for ${result.__typename}`);
  return handler(result);
}

interface Fields {
  fields?: readonly { path: readonly string[]; message: string }[];
  rules?: readonly string[];
  message?: string;
}

/**
 * The messages of a rejected input by the name of the field. A rejected password is listed as `password` and as `newPassword`,
 * of which a form has one. Empty for every other result.
 */
export function fieldErrors(result: unknown): Record<string, string> {
  const { fields, rules, message = '' } = (result ?? {}) as Fields;
  if (rules) return { password: message, newPassword: message };
  const entries = (fields ?? []).map(({ path, message }) => [
    path.filter((part) => part !== 'input').join('.'),
    message,
  ]);
  return Object.fromEntries(entries);
}

const times = new WeakMap<object, Date>();

/** When to try again, if a result or an error names a time; otherwise null. Repeated calls return the same time. */
export function retryAt(result: unknown): Date | null {
  if (typeof result !== 'object' || result === null) return null;
  if (result instanceof AuthTroubleError) return new Date(result.retryAt);
  const known = times.get(result);
  if (known) return known;
  const { retryAfterSeconds, lockedUntil, resendAvailableAt } = result as Record<string, unknown>;
  const time =
    typeof retryAfterSeconds === 'number' ? Date.now() + retryAfterSeconds * 1000 : (lockedUntil ?? resendAvailableAt);
  if (time == null) return null;
  const date = new Date(time as number | string);
  times.set(result, date);
  return date;
}
