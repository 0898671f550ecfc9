import type { GraphQLFormattedError } from 'graphql';

/** graphql-js repeats what a client sent in its refusals; each pattern keeps what the refusal says and drops the value. */
const repeats: readonly [RegExp, string][] = [
  [
    /^(Variable "\$\w+") got invalid value [\s\S]* at "(\w+(?:\.\w+|\[\d+\])*)"; [\s\S]*$/,
    '$1 has an invalid value at "$2".',
  ],
  [/^(Variable "\$\w+") got invalid value [\s\S]*$/, '$1 has an invalid value.'],
  [/^(Argument "\w+") has invalid value [\s\S]*$/, '$1 has an invalid value.'],
  [/^(\w+ cannot represent [^:]*): [\s\S]*$/, '$1.'],
  [/^(Enum "\w+" cannot represent [^:]*): [\s\S]*$/, '$1.'],
  [/^(Expected value of type "[^"]+"), found [\s\S]*$/, '$1.'],
  [/^Value [\s\S]* does not exist in ("\w+" enum)\.[\s\S]*$/, 'This value does not exist in $1.'],
  // A forgotten quotation mark makes a name of a word that was meant to be a value.
  [/^(Syntax Error: [\s\S]*?\b(?:Name|String|BlockString|Int|Float)) "[\s\S]*$/, '$1.'],
  [/^(Syntax Error: Invalid [^:]*): [\s\S]*$/, '$1.'],
  [/^Unknown operation named [\s\S]*$/, 'Unknown operation name.'],
];

/** The refusal without any value that the client sent, as that may be a password in the wrong place (ASVS 16.5.1). */
export function withoutValues(formatted: GraphQLFormattedError): GraphQLFormattedError {
  const [pattern, replacement] = repeats.find(([candidate]) => candidate.test(formatted.message)) ?? [];
  if (pattern === undefined || replacement === undefined) return formatted;
  return { ...formatted, message: formatted.message.replace(pattern, replacement) };
}
