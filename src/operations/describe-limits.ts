import { fieldRows, operations } from './all.js';
import { DAY, HOUR, type LimitPolicy, type Scope } from './limit-policy.js';

const scopeNames: Readonly<Record<Scope, string>> = {
  client: 'client',
  email: 'address',
  account: 'account',
  session: 'session',
  user: 'user',
  service: 'service',
};
const windowNames: Readonly<Record<number, string>> = { [HOUR]: 'hour', [DAY]: 'day' };

function describeLimit({ scope, points, seconds }: LimitPolicy): string {
  return `${points} per ${windowNames[seconds] ?? `${seconds} seconds`} per ${scopeNames[scope]}`;
}

/** The limits of a row in words; empty if there are none. */
export function describeLimits({ limits, mails }: { limits: readonly LimitPolicy[]; mails?: unknown }): string {
  const budget = mails === undefined ? [] : ['the email limit of the address'];
  return [...limits.map(describeLimit), ...budget].join(', ');
}

/** Type → field → the sentence on its limits that ends its description in the schema. */
export const limitSentences: Readonly<Record<string, Readonly<Record<string, string>>>> = Object.fromEntries(
  Object.entries({ ...operations, ...fieldRows }).map(([type, rows]) => [
    type,
    Object.fromEntries(
      Object.entries(rows)
        .map(([field, row]) => [field, describeLimits(row)] as const)
        .filter(([, text]) => text !== '')
        .map(([field, text]) => [field, `Limit: ${text}.`]),
    ),
  ]),
);
