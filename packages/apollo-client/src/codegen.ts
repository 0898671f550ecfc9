/**
 * Settings for `@graphql-codegen/typescript-operations` and `typed-document-node` that produce the types of this package: closed
 * strings in place of enums, and dates as ISO 8601 text.
 */
export const codegenConfig = {
  enumType: 'string-literal',
  useTypeImports: true,
  documentNodeImport: '@apollo/client#TypedDocumentNode',
  scalars: { DateTime: 'string' },
} as const;
