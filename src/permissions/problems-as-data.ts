import { GraphQLError, type GraphQLResolveInfo, getNamedType, isUnionType, responsePathAsArray } from 'graphql';
import type { IMiddlewareFunction } from 'graphql-middleware';
import { isDatabaseUnavailable } from '../lib/database-errors.js';
import { hasHungUp } from '../lib/request-scope.js';
import { isProblem, type Problem, ProblemError, problem, RETRY_SECONDS } from '../problems.js';
import type { Context } from '../request.js';
import { AuthAccessProblem, problemTypes, toProblemType } from '../schema/problems.js';

/** The expected failure that an error represents; `undefined` for any other error. */
function problemOf(thrown: unknown): Problem | undefined {
  if (thrown instanceof ProblemError) return thrown.problem;
  return isDatabaseUnavailable(thrown)
    ? problem('TEMPORARILY_UNAVAILABLE', { retryAfterSeconds: RETRY_SECONDS })
    : undefined;
}

function hasMember(info: GraphQLResolveInfo, problem: Problem): boolean {
  const type = getNamedType(info.returnType);
  const { name } = problemTypes[problem.code];
  return isUnionType(type) && type.getTypes().some((member) => member.name === name);
}

/**
 * A failure as a GraphQL error, for fields whose type has no member for it. A rate limit that rejects the whole operation
 * answers 429.
 */
function toGraphQLError(problem: Problem): GraphQLError {
  const { kind: _kind, message, ...data } = problem;
  const http = problem.code === 'RATE_LIMITED' ? { http: { status: 429 } } : {};
  return new GraphQLError(message, { extensions: { ...data, ...http } });
}

function present(problem: Problem, info: GraphQLResolveInfo, context: Context) {
  if (!hasHungUp()) context.countProblem(problem.code);
  if (!hasMember(info, problem)) throw toGraphQLError(problem);
  const { code } = problem;
  if (problemTypes[code] === AuthAccessProblem) {
    context.accessProblems.push({ path: responsePathAsArray(info.path), code });
  }
  return toProblemType(problem);
}

/** Converts a value or an error to the result of a field. Anything but an expected failure passes through. */
function outcome(value: unknown, info: GraphQLResolveInfo, context: Context): unknown {
  if (isProblem(value)) return present(value, info, context);
  if (!(value instanceof Error)) return value;
  const expected = problemOf(value);
  if (expected === undefined) throw value;
  if (expected.code === 'TEMPORARILY_UNAVAILABLE') {
    const { requestId, logger } = context;
    const what = { err: value, requestId, field: info.fieldName };
    if (hasHungUp()) logger.debug(what, 'the client disconnected');
    else logger.warn(what, 'a component that this operation needs is unavailable');
  }
  return present(expected, info, context);
}

/**
 * The one place where an expected failure becomes a member of the field's result union, whether a use-case returned it, or a
 * limit, a permission or an input check threw it. Other errors remain faults, which are masked at the edge.
 */
export const problemsAsData: IMiddlewareFunction<unknown, Context> = async (resolve, parent, args, context, info) => {
  let value: unknown;
  try {
    value = await resolve(parent, args, context, info);
  } catch (thrown) {
    value = thrown;
  }
  // The references of `_entities` are fetched individually, and each can fail.
  if (!Array.isArray(value)) return outcome(value, info, context);
  return value.map((item: unknown) =>
    item instanceof Promise ? item.catch((thrown: unknown) => outcome(thrown, info, context)) : item,
  );
};
