import type { GraphQLResponse } from '@apollo/server';
import type { Context } from '../request.js';
import type { Listener } from './one-listener.js';

function hasUnauthenticated({ accessProblems }: Context, { body }: GraphQLResponse): boolean {
  const errors = body.kind === 'single' ? (body.singleResult.errors ?? []) : [];
  const codes = [...accessProblems.map(({ code }) => code), ...errors.map(({ extensions }) => extensions?.code)];
  return codes.includes('UNAUTHENTICATED');
}

/**
 * Reports access problems to links and routers, which do not know what a document selected. Those in the data are listed in
 * `extensions.problems`. The rejection of the presented access token is in `WWW-Authenticate` (RFC 6750, 3.1) and in
 * `extensions.auth`, for clients that cannot read headers.
 */
export const accessProblems: Listener = {
  willSendResponse({ contextValue, response }) {
    const { accessProblems: problems, actor } = contextValue;
    const isRejected = actor.kind === 'rejected' && hasUnauthenticated(contextValue, response);
    if (isRejected) response.http.headers.set('www-authenticate', 'Bearer error="invalid_token"');
    if (response.body.kind !== 'single' || (problems.length === 0 && !isRejected)) return;
    const { singleResult } = response.body;
    singleResult.extensions = {
      ...singleResult.extensions,
      ...(problems.length > 0 && { problems }),
      ...(isRejected && { auth: { code: 'UNAUTHENTICATED' } }),
    };
  },
};
