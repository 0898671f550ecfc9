import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import { maxDirectivesRule } from '@escape.tech/graphql-armor-max-directives';
import {
  type ASTVisitor,
  GraphQLError,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';
import { operations } from '../operations/all.js';

/** Most lexical tokens in a document; the parser stops there. */
export const MAX_TOKENS = 2_000;
const MAX_DEPTH = 10;
const MAX_ALIASES = 15;
const MAX_DIRECTIVES = 20;
const MAX_ROOT_FIELDS = 20;
const MAX_FRAGMENTS = 50;

/** Operations with a credential. A request is allowed one, whatever its alias (OWASP GraphQL: batching). */
const credentialFields = new Set(
  Object.entries(operations.Mutation)
    .filter(([, { credential }]) => credential)
    .map(([field]) => field),
);

/** The error of a document that is too large. It reveals nothing about the schema. */
function limitError(message: string, nodes?: OperationDefinitionNode): GraphQLError {
  return new GraphQLError(message, { nodes, extensions: { validationErrorCode: 'OPERATION_LIMIT_EXCEEDED' } });
}

/**
 * Rejects a document with very many fragments by its text. Validation compares each fragment with every other, which takes
 * quadratic time and starts before any rule of ours could reject it.
 * @throws GraphQLError OPERATION_LIMIT_EXCEEDED
 */
export function refuseManyFragments(text: unknown): void {
  if (typeof text !== 'string' || (text.match(/\bfragment\b/g)?.length ?? 0) <= MAX_FRAGMENTS) return;
  const { message, extensions } = limitError(`A document may contain at most ${MAX_FRAGMENTS} fragments.`);
  throw new GraphQLError(message, {
    extensions: { ...extensions, code: 'GRAPHQL_VALIDATION_FAILED', http: { status: 400 } },
  });
}

/** Adds the rejection to the other validation errors; an error thrown from a rule would be a fault. */
const report = {
  propagateOnRejection: false,
  onReject: [
    (context: ValidationContext | null, error: GraphQLError) =>
      context?.reportError(limitError(error.message.replace(/^Syntax Error: /, ''))),
  ],
};

interface RootFields {
  all: number;
  credentials: number;
}

/**
 * Counts the root fields of a selection, through fragments, with repeats. Each fragment is walked once, however often it is
 * spread: fragments that spread each other twice would otherwise take exponential time.
 */
function countRootFields(
  context: ValidationContext,
  set: SelectionSetNode,
  known: Map<string, RootFields>,
): RootFields {
  const counts = set.selections.map((selection): RootFields => {
    if (selection.kind === 'Field') return { all: 1, credentials: credentialFields.has(selection.name.value) ? 1 : 0 };
    if (selection.kind === 'InlineFragment') return countRootFields(context, selection.selectionSet, known);
    const name = selection.name.value;
    const counted = known.get(name);
    if (counted !== undefined) return counted;
    // Applies while the fragment is walked; another rule rejects a fragment that contains itself.
    known.set(name, { all: 0, credentials: 0 });
    const fragment = context.getFragment(name);
    const count =
      fragment == null ? { all: 0, credentials: 0 } : countRootFields(context, fragment.selectionSet, known);
    known.set(name, count);
    return count;
  });
  return counts.reduce(
    (sum, { all, credentials }) => ({
      all: sum.all + all,
      credentials: sum.credentials + credentials,
    }),
    { all: 0, credentials: 0 },
  );
}

/** Rejects more than one credential operation in a request, and more root fields than a screen needs. */
export function rootFieldsRule(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(operation: OperationDefinitionNode) {
      if (operation.operation === 'subscription') {
        context.reportError(limitError('Subscriptions are not supported.', operation));
      }
      const fields = countRootFields(context, operation.selectionSet, new Map());
      if (fields.all > MAX_ROOT_FIELDS) {
        const message = `An operation may select at most ${MAX_ROOT_FIELDS} root fields.`;
        context.reportError(limitError(message, operation));
      }
      if (fields.credentials > 1) {
        const message = 'An operation may contain at most one field that checks a secret or sends email.';
        context.reportError(limitError(message, operation));
      }
    },
  };
}

/**
 * The limits of a document, checked before it is executed. Its cost depends on its variables and is judged in
 * operation-cost.ts.
 */
export const operationLimits: ValidationRule[] = [
  maxDepthRule({ n: MAX_DEPTH, ...report }),
  maxAliasesRule({ n: MAX_ALIASES, allowList: [], ...report }),
  maxDirectivesRule({ n: MAX_DIRECTIVES, ...report }),
  rootFieldsRule,
] as ValidationRule[];
