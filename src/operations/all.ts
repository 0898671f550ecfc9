import { accountOperations } from './account.js';
import { adminOperations } from './admin.js';
import { auditOperations } from './audit.js';
import { federationOperations } from './federation.js';
import type { FieldRow, MutationRow, OperationGroup, QueryRow } from './operation.js';
import { passwordOperations } from './password.js';
import { serviceOperations } from './service.js';
import { sessionOperations } from './session.js';
import { signInOperations } from './sign-in.js';
import { twoFactorOperations } from './two-factor.js';

/** The operations by noun, in the order of the documentation. */
export const operationGroups: Readonly<Record<string, OperationGroup>> = {
  Accounts: accountOperations,
  'Sign-in': signInOperations,
  Sessions: sessionOperations,
  Passwords: passwordOperations,
  'Two-factor authentication': twoFactorOperations,
  'Audit log': auditOperations,
  Administration: adminOperations,
  Services: serviceOperations,
  Federation: federationOperations,
};

/** Joins the rows of all groups. Throws if two rows have the same name, because one would replace the other. */
function join<Row>(rowsOf: (group: OperationGroup) => Readonly<Record<string, Row>> | undefined): Record<string, Row> {
  const entries = Object.values(operationGroups).flatMap((group) => Object.entries(rowsOf(group) ?? {}));
  const joined = Object.fromEntries(entries);
  if (Object.keys(joined).length < entries.length) throw new Error('Two rows of src/operations have one name.');
  return joined;
}

/** Every root field by its type. */
export const operations = {
  Query: join<QueryRow>(({ Query }) => Query),
  Mutation: join<MutationRow>(({ Mutation }) => Mutation),
};

/** The other fields with resolvers of their own: type → field. */
export const fieldRows = join<Readonly<Record<string, FieldRow>>>(({ fields }) => fields);

/** The root fields of administration by their type. */
export const staffFields: Readonly<Record<string, ReadonlySet<string>>> = Object.fromEntries(
  Object.entries(operations).map(([type, rows]) => [
    type,
    new Set(Object.entries(rows).flatMap(([field, { who }]) => (who === 'staff' ? [field] : []))),
  ]),
);
