import type { GraphQLFormattedError } from 'graphql';

/** graphql-js repeats the client's values in its errors. Each pattern keeps the reason and drops the value. */
const repeats: readonly [RegExp, string][] = [
  [
    /^(Variable "\$\w+") got invalid value [\s\S]* at "(\w+(?:\.\w+|\[\d+\])*)"; [\s\S]*$/,
    '$1 has an invalid value at "$2".',
  ],
  [/^(Variable "\$\w+") got invalid value [\s\S]*$/, '$1 has an invalid value.'],
  [/^(Argument "\w+") has invalid value [\s\S]*$/, '$1 has an invalid value.'],
  [/^DateTime cannot represent [\s\S]*$/, 'DateTime must be a time of RFC 3339, such as 2030-01-31T12:00:00Z.'],
  [/^(\w+ cannot represent [^:]*): [\s\S]*$/, '$1.'],
  [/^(Enum "\w+" cannot represent [^:]*): [\s\S]*$/, '$1.'],
  [/^(Expected value of type "[^"]+"), found [\s\S]*$/, '$1.'],
  [/^Value [\s\S]* does not exist in ("\w+" enum)\.[\s\S]*$/, 'This value does not exist in $1.'],
  // Without its quotation mark, a value is parsed as a name.
  [/^(Syntax Error: [\s\S]*?\b(?:Name|String|BlockString|Int|Float)) "[\s\S]*$/, '$1.'],
  [/^(Syntax Error: Invalid [^:]*): [\s\S]*$/, '$1.'],
  [/^Unknown operation named [\s\S]*$/, 'Unknown operation name.'],
];

/** Removes the values that the client sent from an error, because one may be a misplaced password (ASVS 16.5.1). */
export function withoutValues(formatted: GraphQLFormattedError): GraphQLFormattedError {
  const [pattern, replacement] = repeats.find(([candidate]) => candidate.test(formatted.message)) ?? [];
  if (pattern === undefined || replacement === undefined) return formatted;
  return { ...formatted, message: formatted.message.replace(pattern, replacement) };
}
