import type { ServiceScope } from '../inputs/service-client.js';
import type { AuditEventType } from '../services/audit/events.js';
import type { LimitPolicy } from './limit-policy.js';

/**
 * The callers that are allowed to call an operation. `valid-token-or-none` rejects a caller whose token is invalid, expired
 * or revoked.
 */
export type Caller = 'anyone' | 'valid-token-or-none' | 'signed-in' | 'staff' | 'router' | 'service';

/** A role that administers the gateway. `admin` is allowed everything that `support` is. */
export type StaffRole = 'admin' | 'support';

/** The value in the input or the request that names the account, before the caller is known. */
export type AccountName = 'identifier' | 'token' | 'refresh-token' | 'held-session';

/** The typed address to which an operation can send an email. */
export type TypedAddress = 'email' | 'email-and-username' | 'new-email';

/** A recent authentication that an operation requires. */
export interface StepUp {
  /** The audit event of a rejection. */
  event: AuditEventType;
  /** Whether an operation on the caller's own session is exempt; the argument `id` names the session. */
  exceptOwnSession?: boolean;
  /** Whether a call whose input names no role, or the default one, is exempt. */
  exceptDefaultRole?: boolean;
}

/** Requires a recent authentication; a rejection is recorded as `event`. */
export function recentAuthentication(event: AuditEventType, options: Omit<StepUp, 'event'> = {}): StepUp {
  return { event, ...options };
}

interface OpenQuery {
  who: Exclude<Caller, 'staff' | 'router' | 'service'>;
  limits: readonly LimitPolicy[];
}

/** The row of a query of the router. */
export interface RouterQuery {
  who: 'router';
  /** The scope with which a service is allowed to call it as well, for users alone. */
  userScope?: ServiceScope;
  limits: readonly LimitPolicy[];
}

/** The row of a query of other services. */
export interface ServiceQuery {
  who: 'service';
  /** The scope that a service needs. No scope includes another. */
  scope: ServiceScope;
  limits: readonly LimitPolicy[];
}

/** The row of a query of administration. */
export interface StaffQuery {
  who: 'staff';
  /** The role with the fewest permissions that is allowed to call it. */
  least: StaffRole;
  limits: readonly LimitPolicy[];
}

/** The row of a query. */
export type QueryRow = OpenQuery | StaffQuery | RouterQuery | ServiceQuery;

interface AnyMutation {
  limits: readonly LimitPolicy[];
  /** Whether it checks or changes a credential, or sends email. A request is allowed one such operation. */
  credential: boolean;
  /** Repeated calls for the same address count once in a cool-down. */
  mails?: TypedAddress;
}

/** The row of a mutation that needs no token. */
export interface OpenMutation extends AnyMutation {
  who: 'anyone';
  /** Requests for one account share a few database connections. */
  account: AccountName;
  /** Whether it starts or continues a session, and so can use the connections that are reserved for sign-ins. */
  signsIn?: boolean;
  /** Whether the use-case counts the limits, together with its first statement. */
  countsLimits?: boolean;
}

/** The row of a mutation of the signed-in user. */
export interface SignedInMutation extends AnyMutation {
  who: 'signed-in';
  stepUp: StepUp | 'none';
}

/** The row of a mutation of administration. */
export interface StaffMutation extends AnyMutation {
  who: 'staff';
  /** The role with the fewest permissions that is allowed to call it. */
  least: StaffRole;
  stepUp: StepUp | 'none';
}

/** The row of a mutation. */
export type MutationRow = OpenMutation | SignedInMutation | StaffMutation;

/**
 * The row of a field below the root that has a resolver of its own. Every caller that reaches its parent is allowed to
 * select it.
 */
export interface FieldRow {
  limits: readonly LimitPolicy[];
}

/** The operations of one noun. */
export interface OperationGroup {
  Query?: Readonly<Record<string, QueryRow>>;
  Mutation?: Readonly<Record<string, MutationRow>>;
  /** Type → field. */
  fields?: Readonly<Record<string, Readonly<Record<string, FieldRow>>>>;
}

/** Completes each row with the default row of its group. */
export function withDefaults<Row extends QueryRow | MutationRow, Name extends string>(
  defaults: Row,
  rows: Readonly<Record<Name, Partial<Row>>>,
): Record<Name, Row> {
  const complete = Object.entries<Partial<Row>>(rows).map(([name, row]) => [name, { ...defaults, ...row }]);
  return Object.fromEntries(complete) as Record<Name, Row>;
}
