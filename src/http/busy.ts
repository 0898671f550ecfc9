import { GraphQLError } from 'graphql';
import { problem } from '../problems.js';

/** The error of an operation for which there is no capacity at the moment. */
export function busy(): GraphQLError {
  const { code, message } = problem('TEMPORARILY_UNAVAILABLE', { retryAfterSeconds: 1 });
  const http = { status: 503, headers: new Map([['retry-after', '1']]) };
  return new GraphQLError(message, { extensions: { code, retryAfterSeconds: 1, http } });
}
