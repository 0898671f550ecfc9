import { costLimitRule } from '@escape.tech/graphql-armor-cost-limit';
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

/** Words and signs in a document; the parser stops there. */
export const MAX_TOKENS = 2_000;
const MAX_DEPTH = 10;
const MAX_ALIASES = 15;
const MAX_DIRECTIVES = 20;
const MAX_COST = 20_000;
const MAX_ROOT_FIELDS = 20;

/** Fields that try a secret or make somebody wait for mail; a document may hold one, whatever its alias (OWASP GraphQL: batching). */
const credentialFields = new Set([
  'signup',
  'verifyEmail',
  'verifyEmailWithToken',
  'resendVerification',
  'login',
  'refresh',
  'exchangeToken',
]);

/** Adds the refusal to the other validation errors; thrown from a rule it would be a fault. */
const report = {
  propagateOnRejection: false,
  onReject: [
    (context: ValidationContext | null, error: GraphQLError) =>
      context?.reportError(new GraphQLError(error.message.replace(/^Syntax Error: /, ''))),
  ],
};

/** The names of the root fields that an operation selects, through fragments, with repeats. */
function rootFields(context: ValidationContext, set: SelectionSetNode, seen: Set<string>): string[] {
  return set.selections.flatMap((selection) => {
    if (selection.kind === 'Field') return [selection.name.value];
    if (selection.kind === 'InlineFragment') return rootFields(context, selection.selectionSet, seen);
    const fragment = context.getFragment(selection.name.value);
    // A fragment that is spread again counts again, but one that is inside itself is another rule's matter.
    if (fragment == null || seen.has(fragment.name.value)) return [];
    return rootFields(context, fragment.selectionSet, new Set([...seen, fragment.name.value]));
  });
}

/** Refuses more than one credential operation in a document, and more root fields than a screen needs. */
export function rootFieldsRule(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(operation: OperationDefinitionNode) {
      const fields = rootFields(context, operation.selectionSet, new Set());
      if (fields.length > MAX_ROOT_FIELDS) {
        const message = `An operation may select at most ${MAX_ROOT_FIELDS} root fields.`;
        context.reportError(new GraphQLError(message, { nodes: operation }));
      }
      if (fields.filter((field) => credentialFields.has(field)).length > 1) {
        const message = 'An operation may hold at most one of the fields that sign in, sign up, verify or refresh.';
        context.reportError(new GraphQLError(message, { nodes: operation }));
      }
    },
  };
}

/** What a document is held to before anything of it runs. */
export const operationLimits: ValidationRule[] = [
  maxDepthRule({ n: MAX_DEPTH, ...report }),
  maxAliasesRule({ n: MAX_ALIASES, allowList: [], ...report }),
  maxDirectivesRule({ n: MAX_DIRECTIVES, ...report }),
  costLimitRule({ maxCost: MAX_COST, ...report }),
  rootFieldsRule,
] as ValidationRule[];
