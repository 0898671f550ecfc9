import { type DocumentNode, type FieldNode, type FragmentDefinitionNode, Kind, type SelectionNode } from 'graphql';
import { OWN_MUTATIONS, PUBLIC_FIELDS } from '../generated/root-fields.js';

const publicFields = new Set(PUBLIC_FIELDS.split(' '));
const ownMutations = new Set(OWN_MUTATIONS.split(' '));
/** Mutations that change the session, and are therefore sent alone. */
const SESSION_FIELDS = new Set(
  'login exchangeToken completeTwoFactor reauthenticate changePassword confirmEmailChange logout deleteAccount refresh'.split(
    ' ',
  ),
);

/** A root field of an operation. */
export interface RootField {
  /** Its name in the answer. */
  key: string;
  name: string;
  /** Whether it is a mutation of the gateway for users. */
  isOwn: boolean;
}

/** What the link has to know of a document. */
export interface Plan {
  fields: readonly RootField[];
  /** Whether no field needs a token. */
  isPublic: boolean;
  isMutation: boolean;
  isSubscription: boolean;
  /** Whether it changes the session. */
  isExclusive: boolean;
}

/** The fields of a selection, also of its fragments. */
export function fieldsOf(selections: readonly SelectionNode[], fragments: Fragments): FieldNode[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection];
    const part = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
    return fieldsOf(part?.selectionSet.selections ?? [], fragments);
  });
}

export type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

/** The fragments of a document by name. */
export function fragmentsOf({ definitions }: DocumentNode): Fragments {
  return new Map(
    definitions.flatMap((part) => (part.kind === Kind.FRAGMENT_DEFINITION ? [[part.name.value, part]] : [])),
  );
}

/** Whether a root field is a mutation of the gateway for users. */
export function isOwnMutation(name: string): boolean {
  return ownMutations.has(name);
}

function createPlan(document: DocumentNode): Plan {
  const operation = document.definitions.find((part) => part.kind === Kind.OPERATION_DEFINITION);
  const isMutation = operation?.operation === 'mutation';
  const fields = fieldsOf(operation?.selectionSet.selections ?? [], fragmentsOf(document))
    .map(({ alias, name }) => ({
      key: (alias ?? name).value,
      name: name.value,
      isOwn: isMutation && isOwnMutation(name.value),
    }))
    .filter(({ name }) => name !== '__typename');
  return {
    fields,
    isMutation,
    isSubscription: operation?.operation === 'subscription',
    isPublic: fields.every(({ name }) => publicFields.has(name) && name !== 'logout'),
    isExclusive: isMutation && fields.some(({ name }) => SESSION_FIELDS.has(name)),
  };
}

const plans = new WeakMap<DocumentNode, Plan>();

/** The plan of a document; computed once. */
export function planOf(document: DocumentNode): Plan {
  const known = plans.get(document);
  if (known) return known;
  const plan = createPlan(document);
  plans.set(document, plan);
  return plan;
}
