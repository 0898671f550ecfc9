import { DocumentTransform } from '@apollo/client';
import { type DocumentNode, type FieldNode, Kind, type SelectionNode } from 'graphql';
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

const name = (value: string) => ({ kind: Kind.NAME, value }) as const;

function field(of: string, alias?: string, selections?: string[]): FieldNode {
  return {
    kind: Kind.FIELD,
    name: name(of),
    ...(alias && { alias: name(alias) }),
    ...(selections && {
      selectionSet: { kind: Kind.SELECTION_SET, selections: selections.map((item) => field(item)) },
    }),
  };
}

function on(type: string, selected: FieldNode): SelectionNode {
  const typeCondition = { kind: Kind.NAMED_TYPE, name: name(type) } as const;
  return {
    kind: Kind.INLINE_FRAGMENT,
    typeCondition,
    selectionSet: { kind: Kind.SELECTION_SET, selections: [selected] },
  };
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
  if (!hasCode) added.push(on('AuthProblem', field('code', CODE)));
  const type = TOKEN_TYPES[value];
  if (type === undefined) return added;
  const tokens = selectedOn(type, selected, fragments).filter((item) => item.name.value === 'tokens');
  const inside = tokens.flatMap((item) => fieldsOf(item.selectionSet?.selections ?? [], fragments));
  const hasTokens = TOKEN_FIELDS.every((item) => inside.some((found) => found.name.value === item && !found.alias));
  if (!hasTokens) added.push(on(type, field('tokens', TOKENS, TOKEN_FIELDS)));
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
