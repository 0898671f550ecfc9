import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';
import { possibleTypes } from '../possible-types.js';

type Fragments = Map<string, FragmentDefinitionNode>;
type Variables = Record<string, unknown>;

/** A root field of an operation, with the values of its arguments. */
export interface RootCall {
  key: string;
  name: string;
  args: Variables;
  /** Reduces a value to what the operation selects of it. */
  select(value: unknown): unknown;
}

function isOfType(typename: unknown, condition: string): boolean {
  const members = (possibleTypes as Record<string, readonly string[]>)[condition];
  return typename === undefined || typename === condition || members?.includes(String(typename)) === true;
}

function select(value: unknown, selections: SelectionSetNode | undefined, fragments: Fragments): unknown {
  if (Array.isArray(value)) return value.map((item) => select(item, selections, fragments));
  if (!selections || value === null || typeof value !== 'object') return value;
  const source = value as Record<string, unknown>;
  const selected: Record<string, unknown> = {};
  for (const item of selections.selections) {
    if (item.kind === Kind.FIELD) {
      const key = (item.alias ?? item.name).value;
      const inner = select(source[item.name.value] ?? null, item.selectionSet, fragments);
      const before = selected[key];
      const isMerged = typeof before === 'object' && before !== null && !Array.isArray(before);
      selected[key] = isMerged ? { ...before, ...(inner as object) } : inner;
      continue;
    }
    const fragment = item.kind === Kind.INLINE_FRAGMENT ? item : fragments.get(item.name.value);
    const condition = fragment?.typeCondition?.name.value;
    if (!fragment || (condition && !isOfType(source.__typename, condition))) continue;
    Object.assign(selected, select(source, fragment.selectionSet, fragments));
  }
  return selected;
}

/** The root fields of a document, without a schema. */
export function callsIn(document: DocumentNode, variables: Variables): RootCall[] {
  const fragments: Fragments = new Map();
  for (const part of document.definitions) {
    if (part.kind === Kind.FRAGMENT_DEFINITION) fragments.set(part.name.value, part);
  }
  const operation = document.definitions.find((part) => part.kind === Kind.OPERATION_DEFINITION);
  return (operation?.selectionSet.selections ?? []).flatMap((item) => {
    if (item.kind !== Kind.FIELD || item.name.value === '__typename') return [];
    const entries = (item.arguments ?? []).map((argument) => [
      argument.name.value,
      valueFromASTUntyped(argument.value, variables),
    ]);
    return {
      key: (item.alias ?? item.name).value,
      name: item.name.value,
      args: Object.fromEntries(entries),
      select: (value) => select(value, item.selectionSet, fragments),
    };
  });
}
