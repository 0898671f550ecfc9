import { type GraphQLSchema, isObjectType } from 'graphql';
import { fieldRows, operations } from '../operations/all.js';

function fieldsOf(schema: GraphQLSchema, typeName: string): string[] {
  const type = schema.getType(typeName);
  return isObjectType(type) ? Object.keys(type.getFields()) : [];
}

/** The names of `one` that `other` lacks. */
const missing = (one: readonly string[], other: readonly string[]) => one.filter((name) => !other.includes(name));

/**
 * Compares a schema with the rows of src/operations, so that no field is served without a decision on its callers.
 * @throws Error that names every root field without a row, and every row without a field.
 */
export function checkOperations(schema: GraphQLSchema): void {
  const withoutRow = Object.entries(operations).flatMap(([type, rows]) =>
    missing(fieldsOf(schema, type), Object.keys(rows)).map((field) => `${type}.${field} has no row`),
  );
  const withoutField = Object.entries({ ...operations, ...fieldRows }).flatMap(([type, rows]) =>
    missing(Object.keys(rows), fieldsOf(schema, type)).map((field) => `the row ${type}.${field} has no field`),
  );
  const subscription = schema.getSubscriptionType() == null ? [] : ['subscriptions have no rows'];
  const problems = [...withoutRow, ...withoutField, ...subscription];
  if (problems.length > 0) throw new Error(`The schema does not match src/operations: ${problems.join('; ')}.`);
}
