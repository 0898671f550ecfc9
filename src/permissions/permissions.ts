import type { GraphQLSchema } from 'graphql';
import type { IMiddlewareTypeMap } from 'graphql-middleware';
import { operations } from '../operations/all.js';
import type { Caller, MutationRow, QueryRow, StaffRole } from '../operations/operation.js';
import {
  holdsNoBadToken,
  isAdmin,
  isRouter,
  isRouterOrReadsUsers,
  isServiceWith,
  isSignedIn,
  isStaff,
} from './rules.js';
import { allow, deny, shield } from './shield.js';

const ruleOf = {
  anyone: allow,
  'valid-token-or-none': holdsNoBadToken,
  'signed-in': isSignedIn,
} satisfies Record<Exclude<Caller, 'staff' | 'router' | 'service'>, unknown>;

const ruleOfRole = { admin: isAdmin, support: isStaff } satisfies Record<StaffRole, unknown>;

function ruleFor(row: QueryRow | MutationRow) {
  switch (row.who) {
    case 'staff':
      return ruleOfRole[row.least];
    case 'service':
      return isServiceWith(row.scope);
    case 'router':
      return row.userScope === undefined ? isRouter : isRouterOrReadsUsers(row.userScope);
    default:
      return ruleOf[row.who];
  }
}

/** The rule of each root field, from its row. */
function rootPermissions() {
  return Object.fromEntries(
    Object.entries(operations).map(([type, rows]) => [
      type,
      Object.fromEntries(Object.entries(rows).map(([field, row]) => [field, ruleFor(row)])),
    ]),
  );
}

/**
 * The permission map of the root fields. Object types contain only what a root field has already allowed, or what their own
 * mapping shows to other users, so they are open. A rule on each of their fields would cost more than answering them.
 */
export function createPermissions(schema: GraphQLSchema): IMiddlewareTypeMap {
  const rules = rootPermissions();
  const options = { fallbackRule: deny, allowExternalErrors: true };
  const everyType = shield(rules, options).generate(schema) as IMiddlewareTypeMap;
  return Object.fromEntries(Object.keys(rules).map((root) => [root, everyType[root] ?? {}]));
}
