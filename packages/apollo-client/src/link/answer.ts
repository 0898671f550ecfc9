import type { ApolloLink } from '@apollo/client';
import type { AuthTokensLike } from '../auth-session.js';
import type { Plan, RootField } from './plan.js';
import { CODE, TOKENS } from './problem-fields.js';

/** A member of a result union, as far as the link reads it. */
interface Member {
  __typename?: string;
  code?: string;
  tokens?: AuthTokensLike;
  [CODE]?: string;
  [TOKENS]?: AuthTokensLike;
}

/** An answer, as far as the link reads it. */
interface Answer {
  data?: Record<string, Member | null> | null;
  errors?: readonly { path?: readonly (string | number)[]; extensions?: { code?: string } }[];
  extensions?: {
    problems?: readonly { path: readonly (string | number)[]; code: string }[];
    gatehouse?: { warning?: string };
  };
}

const UNAUTHENTICATED = 'UNAUTHENTICATED';

/** The answer to an operation that is not sent, because nobody is signed in any more. */
export const unauthenticated = (): ApolloLink.Result => ({
  data: null,
  errors: [{ message: 'Nobody is signed in.', extensions: { code: UNAUTHENTICATED } }],
});

/** The value of one of the gateway's fields. Those of administration are known by the type that it refuses them with. */
function memberOf({ data }: Answer, { key, isOwn }: RootField): Member | undefined {
  const member = data?.[key] ?? undefined;
  return isOwn || member?.__typename === 'AuthAccessProblem' ? member : undefined;
}

/**
 * Whether repeating the operation repeats nothing that succeeded: a query if any field failed with the code, a mutation if every
 * field did, or if the whole request did and no field has a result.
 */
export function isRefused(result: ApolloLink.Result, { fields, isMutation }: Plan, code = UNAUTHENTICATED): boolean {
  const answer = result as Answer;
  const { data, errors = [], extensions } = answer;
  const isEmpty = fields.every(({ key }) => (data?.[key] ?? null) === null);
  if ((isEmpty || !isMutation) && errors.some((error) => !error.path && error.extensions?.code === code)) return true;
  const hasCode = (field: RootField) => {
    const member = memberOf(answer, field);
    const listed = extensions?.problems ?? [];
    const told = [...errors.map(({ path, extensions }) => ({ path, code: extensions?.code })), ...listed];
    return (
      member?.[CODE] === code ||
      member?.code === code ||
      told.some((problem) => problem.path?.[0] === field.key && problem.code === code)
    );
  };
  return isMutation ? fields.length > 0 && fields.every(hasCode) : fields.some(hasCode);
}

/** The tokens in an answer. */
export function tokensIn(result: ApolloLink.Result, { fields }: Plan): AuthTokensLike | undefined {
  const members = fields.map((field) => memberOf(result as Answer, field));
  const tokens = members.map((member) => member?.[TOKENS] ?? member?.tokens);
  return tokens.find((found) => found?.accessToken && found.expiresIn);
}

/** The reason for which an answer ends the session. */
export function endIn(result: ApolloLink.Result, { fields }: Plan): 'logout' | 'deleted' | undefined {
  const types = fields.map((field) => memberOf(result as Answer, field)?.__typename);
  if (types.includes('AccountDeleted')) return 'deleted';
  return types.includes('LogoutSuccess') ? 'logout' : undefined;
}

/** Whether the gateway refused the request itself, as it does without a CSRF token. */
export function isForbidden(result: ApolloLink.Result): boolean {
  const { data, errors = [] } = result as Answer;
  return !data && errors.some((error) => !error.path && error.extensions?.code === 'FORBIDDEN');
}

/** Whether the second factor was turned on or off, which the access token tells only after a renewal. */
export function changesFactors(result: ApolloLink.Result, { fields }: Plan): boolean {
  return fields.some((field) => {
    const type = memberOf(result as Answer, field)?.__typename;
    return type === 'TwoFactorDisabled' || (type === 'RecoveryCodes' && field.name === 'confirmTotp');
  });
}

/** Whether the browser did not keep the cookie of a sign-in. */
export function isCookieLost(result: ApolloLink.Result): boolean {
  return (result as Answer).extensions?.gatehouse?.warning === 'COOKIE_NOT_KEPT';
}

/** The answer without the fields that `problemFields` added. */
export function withoutAddedFields(result: ApolloLink.Result, { fields }: Plan): ApolloLink.Result {
  const { data } = result as Answer;
  if (!data) return result;
  const cleaned = { ...data };
  for (const field of fields) {
    const member = memberOf(result as Answer, field);
    if (!member) continue;
    const { [CODE]: _code, [TOKENS]: _tokens, ...rest } = member;
    cleaned[field.key] = rest;
  }
  return { ...result, data: cleaned };
}
