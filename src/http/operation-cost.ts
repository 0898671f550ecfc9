import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  GraphQLError,
  type GraphQLField,
  type GraphQLSchema,
  getArgumentValues,
  getNamedType,
  getVariableValues,
  isCompositeType,
  isUnionType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { operations } from '../operations/all.js';
import { MAX_PAGE_SIZE } from '../services/page.js';

/** The cost and the number of lists that an operation may have. */
interface Bounds {
  cost: number;
  lists: number;
}

const EVERYBODY: Bounds = { cost: 20_000, lists: 2 };
/** A page of administration shows an account with all its lists. Other callers are rejected before a field runs. */
const STAFF: Bounds = { cost: 200_000, lists: 5 };
const MOST_KEPT = 100;
const OBJECT_COST = 2;
const SCALAR_COST = 1;
const DEPTH_FACTOR = 1.5;

type Variables = Record<string, unknown>;
type Field = GraphQLField<unknown, unknown>;

/** A part of an operation that is answered as many times as its arguments say. */
interface Repeated {
  /** If fragments select it again under one name, it is answered once; members of a union may request different numbers. */
  nodes: ReadonlySet<FieldNode>;
  field: Field;
  scale: number;
  item: Cost;
}

/** The cost of a selection, except for the numbers that only variables determine. */
interface Cost {
  fixed: number;
  /** By response path. */
  repeated: Map<string, Repeated>;
}

interface Walk {
  schema: GraphQLSchema;
  fragments: Map<string, FragmentDefinitionNode>;
  known: Map<string, Cost>;
}

const nothing = (): Cost => ({ fixed: 0, repeated: new Map() });
const isBatch = ({ field }: Repeated) => field.name === '_entities';
const takesNumber = (field: Field) => field.args.some(({ name }) => name === 'first' || name === 'representations');

function merge(one: Repeated, other: Repeated): Repeated {
  return { ...one, nodes: new Set([...one.nodes, ...other.nodes]), item: sum([one.item, other.item]) };
}

function sum(costs: readonly Cost[]): Cost {
  const total = nothing();
  for (const { fixed, repeated } of costs) {
    total.fixed += fixed;
    for (const [path, part] of repeated) {
      const same = total.repeated.get(path);
      // Batches are root fields only, of which there are few. Beyond this number there are only lists, and too many of them.
      if (same !== undefined) total.repeated.set(path, merge(same, part));
      else if (total.repeated.size < MOST_KEPT) total.repeated.set(path, part);
    }
  }
  return total;
}

function below(key: string, { fixed, repeated }: Cost): Cost {
  const moved = [...repeated].map(([path, part]): [string, Repeated] => [
    `${key}.${path}`,
    { ...part, scale: part.scale * DEPTH_FACTOR },
  ]);
  return { fixed: OBJECT_COST + DEPTH_FACTOR * fixed, repeated: new Map(moved) };
}

function costOfField(walk: Walk, node: FieldNode, parent: GraphQLCompositeType): Cost {
  const name = node.name.value;
  // Introspection is disabled where it matters, and its depth is limited elsewhere.
  if (name === '__schema' || name === '__type') return nothing();
  const field = isUnionType(parent) ? undefined : parent.getFields()[name];
  const type = field === undefined ? undefined : getNamedType(field.type);
  if (field === undefined || node.selectionSet === undefined || !isCompositeType(type)) {
    return { ...nothing(), fixed: SCALAR_COST };
  }
  const key = node.alias?.value ?? name;
  const inner = costOfSet(walk, node.selectionSet, type);
  if (!takesNumber(field)) return below(key, inner);
  const item = below('', inner);
  return { fixed: 0, repeated: new Map([[key, { nodes: new Set([node]), field, scale: 1, item }]]) };
}

/** Walks each fragment once, however often it is spread. */
function costOfFragment(walk: Walk, name: string): Cost {
  const known = walk.known.get(name);
  if (known !== undefined) return known;
  walk.known.set(name, nothing());
  const fragment = walk.fragments.get(name);
  const type = fragment && walk.schema.getType(fragment.typeCondition.name.value);
  const cost = fragment && isCompositeType(type) ? costOfSet(walk, fragment.selectionSet, type) : nothing();
  walk.known.set(name, cost);
  return cost;
}

function costOfSet(walk: Walk, set: SelectionSetNode, parent: GraphQLCompositeType): Cost {
  const costOf = (selection: SelectionNode): Cost => {
    if (selection.kind === 'Field') return costOfField(walk, selection, parent);
    if (selection.kind === 'FragmentSpread') return costOfFragment(walk, selection.name.value);
    const type = selection.typeCondition && walk.schema.getType(selection.typeCondition.name.value);
    return costOfSet(walk, selection.selectionSet, isCompositeType(type) ? type : parent);
  };
  // A fragment that is spread again in the same set selects nothing new.
  const spread = new Set<string>();
  const isNew = (selection: SelectionNode) => {
    if (selection.kind !== 'FragmentSpread') return true;
    const isFirst = !spread.has(selection.name.value);
    spread.add(selection.name.value);
    return isFirst;
  };
  return sum(set.selections.filter(isNew).map(costOf));
}

function countLists({ repeated }: Cost): number {
  return [...repeated.values()].reduce((count, part) => count + (isBatch(part) ? 0 : 1) + countLists(part.item), 0);
}

/** The number of items that a field is asked for; equal representations count once. */
function itemsOf(field: Field, node: FieldNode, variables: Variables): number {
  const { first, representations } = getArgumentValues(field, node, variables);
  if (Array.isArray(representations)) return new Set(representations.map((one) => JSON.stringify(one))).size;
  if (typeof first !== 'number')
    return Number(field.args.find(({ name }) => name === 'first')?.defaultValue ?? MAX_PAGE_SIZE);
  // A variable above the largest page size is answered with an input problem, and no page is read.
  const isVariable = node.arguments?.some(({ name, value }) => name.value === 'first' && value.kind === Kind.VARIABLE);
  return Math.max(isVariable === true ? Math.min(first, MAX_PAGE_SIZE) : first, 1);
}

function evaluate({ fixed, repeated }: Cost, variables: Variables): number {
  return [...repeated.values()].reduce((total, part) => {
    const items = [...part.nodes].reduce((most, node) => Math.max(most, itemsOf(part.field, node, variables)), 0);
    // Of all the accounts that a router asks for, the lists of only one are visible.
    const each = isBatch(part)
      ? items * part.item.fixed + evaluate({ ...part.item, fixed: 0 }, variables)
      : items * evaluate(part.item, variables);
    return total + part.scale * each;
  }, fixed);
}

/** The total cost. Executing the operation rejects invalid arguments, so they cost nothing here. */
function totalOf(cost: Cost, variables: Variables): number {
  try {
    return evaluate(cost, variables);
  } catch (cause) {
    if (cause instanceof GraphQLError) return 0;
    throw cause;
  }
}

/** Returns the bounds of an operation: those of staff if nobody else is allowed to call any of its fields. */
function boundsOf({ selectionSet, operation }: OperationDefinitionNode): Bounds {
  const rows = operation === 'mutation' ? operations.Mutation : operations.Query;
  const isStaff = (selection: SelectionNode) =>
    selection.kind === 'Field' && rows[selection.name.value]?.who === 'staff';
  return selectionSet.selections.every(isStaff) ? STAFF : EVERYBODY;
}

function refusal(message: string): GraphQLError {
  const code = 'GRAPHQL_VALIDATION_FAILED';
  const extensions = { code, validationErrorCode: 'OPERATION_LIMIT_EXCEEDED', http: { status: 400 } };
  return new GraphQLError(message, { extensions });
}

/** Returns the cost of an operation with its variables; throws if the cost is too high. */
export type CostJudge = (document: DocumentNode, operation: OperationDefinitionNode, given: Variables) => number;

/**
 * Creates the cost check of a schema's operations, which runs before any of their fields. It needs the operation and its
 * variables, because the size of a page comes from a variable, its default, or the schema's default (OWASP GraphQL: query
 * cost analysis). An object costs 2, a scalar 1, each level 1.5 times what it contains, and a list as many times as it may
 * have items. The cost that does not depend on variables is computed once for a document.
 */
export function createCostJudge(schema: GraphQLSchema): CostJudge {
  const known = new WeakMap<OperationDefinitionNode, Cost>();
  const costOf = (document: DocumentNode, operation: OperationDefinitionNode): Cost => {
    const found = known.get(operation);
    const root = schema.getRootType(operation.operation);
    if (found !== undefined || root == null) return found ?? nothing();
    const fragments = document.definitions.filter((one) => one.kind === Kind.FRAGMENT_DEFINITION);
    const byName = new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
    const cost = costOfSet({ schema, fragments: byName, known: new Map() }, operation.selectionSet, root);
    known.set(operation, cost);
    return cost;
  };
  return (document, operation, given) => {
    const cost = costOf(document, operation);
    const most = boundsOf(operation);
    if (countLists(cost) > most.lists) throw refusal(`An operation may select at most ${most.lists} lists.`);
    const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], given);
    // Executing the operation rejects invalid variables.
    const total = coerced === undefined ? 0 : totalOf(cost, coerced);
    if (total <= most.cost) return total;
    throw refusal(`The operation costs ${total}, but the limit is ${most.cost}: request fewer items at a time.`);
  };
}
