import {
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  isUnionType,
} from 'graphql';

/** The fields that get the tag, by root type. */
export type TaggedFields = Readonly<Record<string, ReadonlySet<string>>>;

type Field = GraphQLField<unknown, unknown>;

function fieldsOf(type: GraphQLNamedType): Field[] {
  return isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [];
}

/** The types that a type refers to other than by its fields. */
function relatives(schema: GraphQLSchema, type: GraphQLNamedType): readonly GraphQLNamedType[] {
  if (isUnionType(type)) return type.getTypes();
  if (isInterfaceType(type)) return [...schema.getPossibleTypes(type), ...type.getInterfaces()];
  if (isInputObjectType(type)) return Object.values(type.getFields()).map((field) => getNamedType(field.type));
  return isObjectType(type) ? type.getInterfaces() : [];
}

/** The names of all types that are reached from the root types by the fields that `follows` accepts. */
function reachedTypes(schema: GraphQLSchema, follows: (type: GraphQLNamedType, field: Field) => boolean): Set<string> {
  const reached = new Set<string>();
  const visit = (type: GraphQLNamedType): void => {
    if (reached.has(type.name)) return;
    reached.add(type.name);
    for (const relative of relatives(schema, type)) visit(relative);
    for (const field of fieldsOf(type)) {
      if (!follows(type, field)) continue;
      for (const named of [field, ...field.args]) visit(getNamedType(named.type));
    }
  };
  for (const root of [schema.getQueryType(), schema.getMutationType()]) if (root != null) visit(root);
  return reached;
}

function addTag(element: GraphQLNamedType | Field, name: string): void {
  element.extensions = { ...element.extensions, directives: { tag: [{ name }] } };
}

/**
 * Adds `@tag` to root fields, and to every type that only they reach, so that a contract variant of a supergraph can leave
 * them out.
 */
export function tagFields(schema: GraphQLSchema, name: string, tagged: TaggedFields): void {
  const isTagged = (type: GraphQLNamedType, field: Field) => tagged[type.name]?.has(field.name) === true;
  const everything = reachedTypes(schema, () => true);
  const withoutThem = reachedTypes(schema, (type, field) => !isTagged(type, field));
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type) || isSpecifiedScalarType(type)) continue;
    if (everything.has(type.name) && !withoutThem.has(type.name)) addTag(type, name);
    for (const field of fieldsOf(type)) if (isTagged(type, field)) addTag(field, name);
  }
}
