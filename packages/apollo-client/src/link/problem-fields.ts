import { DocumentTransform } from '@apollo/client';
import { type DocumentNode, type FieldNode, Kind, parse, type SelectionNode } from 'graphql';
import { type Fragments, fieldsOf, fragmentsOf, isOwnMutation } from './plan.js';

/** The types with tokens, by the mutations that return them. */
const TOKEN_TYPES: Record<string, string> = {
  login: 'LoginSuccess',
  exchangeToken: 'LoginSuccess',
  completeTwoFactor: 'LoginSuccess',
  reauthenticate: 'Reauthenticated',
  changePassword: 'PasswordChanged',
  refresh: 'RefreshSuccess',
};
/** The added fields, in the answer. */
export const CODE = 'gatehouseCode';
export const TOKENS = 'gatehouseTokens';
const TOKEN_FIELDS = ['accessToken', 'expiresIn', 'refreshToken'];

/** The selections of a text. */
function selectionsOf(text: string): readonly SelectionNode[] {
  const [operation] = parse(text, { noLocation: true }).definitions;
  return operation?.kind === Kind.OPERATION_DEFINITION ? operation.selectionSet.selections : [];
}

/** The fields that a selection contains for a type under their own names. */
function selectedOn(type: string, selections: readonly SelectionNode[], fragments: Fragments): FieldNode[] {
  const parts = selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [];
    return selection.kind === Kind.INLINE_FRAGMENT ? selection : (fragments.get(selection.name.value) ?? []);
  });
  return parts
    .filter(({ typeCondition }) => typeCondition?.name.value === type)
    .flatMap(({ selectionSet }) => fieldsOf(selectionSet.selections, fragments))
    .filter(({ alias }) => alias === undefined);
}

function additions({ name: { value }, selectionSet }: FieldNode, fragments: Fragments): SelectionNode[] {
  const selected = selectionSet?.selections ?? [];
  const added: SelectionNode[] = [];
  const hasCode = selectedOn('AuthProblem', selected, fragments).some((item) => item.name.value === 'code');
  if (!hasCode) added.push(...selectionsOf(`{...on AuthProblem{${CODE}:code}}`));
  const type = TOKEN_TYPES[value];
  if (type === undefined) return added;
  const tokens = selectedOn(type, selected, fragments).filter((item) => item.name.value === 'tokens');
  const inside = tokens.flatMap((item) => fieldsOf(item.selectionSet?.selections ?? [], fragments));
  const hasTokens = TOKEN_FIELDS.every((item) => inside.some((found) => found.name.value === item && !found.alias));
  if (!hasTokens) added.push(...selectionsOf(`{...on ${type}{${TOKENS}:tokens{${TOKEN_FIELDS.join(' ')}}}}`));
  return added;
}

function addFields(document: DocumentNode): DocumentNode {
  const fragments = fragmentsOf(document);
  let isChanged = false;
  const definitions = document.definitions.map((part) => {
    if (part.kind !== Kind.OPERATION_DEFINITION || part.operation !== 'mutation') return part;
    const selections = part.selectionSet.selections.map((item) => {
      if (item.kind !== Kind.FIELD || !isOwnMutation(item.name.value)) return item;
      const added = additions(item, fragments);
      if (added.length === 0) return item;
      isChanged = true;
      const all = [...(item.selectionSet?.selections ?? []), ...added];
      return { ...item, selectionSet: { kind: Kind.SELECTION_SET, selections: all } } as const;
    });
    return { ...part, selectionSet: { ...part.selectionSet, selections } };
  });
  return isChanged ? { ...document, definitions } : document;
}

/**
 * Adds to the gateway's own mutations what a document does not select: `gatehouseCode: code` on `AuthProblem`, and
 * `gatehouseTokens: tokens { … }` where a mutation returns tokens. `createAuthLink` applies it by itself, and removes the fields
 * from the answer.
 */
export const problemFields = /* @__PURE__ */ new DocumentTransform(addFields);
