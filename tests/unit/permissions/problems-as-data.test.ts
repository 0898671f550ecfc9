import { GraphQLError, type GraphQLObjectType, type GraphQLResolveInfo, isObjectType } from 'graphql';
import { describe, expect, it, vi } from 'vitest';
import { createSubgraph } from '../../../src/app.js';
import { problemsAsData } from '../../../src/permissions/problems-as-data.js';
import { type Problem, type ProblemCode, ProblemError, problem, problemMessages } from '../../../src/problems.js';
import type { Context } from '../../../src/request.js';
import { problemTypes, toProblemType } from '../../../src/schema/problems.js';

const { schema } = createSubgraph();
const codes = Object.keys(problemMessages) as ProblemCode[];

function infoOf(parent: 'Query' | 'Mutation', name: string): GraphQLResolveInfo {
  const fields = (schema.getType(parent) as GraphQLObjectType).getFields();
  return { fieldName: name, returnType: fields[name]?.type } as GraphQLResolveInfo;
}

function contextOf() {
  return { requestId: 'request-1', logger: { warn: vi.fn() }, countProblem: vi.fn(), accessProblems: [] };
}

async function answerOf(resolve: () => unknown, info = infoOf('Mutation', 'login'), context = contextOf()) {
  const middleware = problemsAsData as Extract<typeof problemsAsData, (...parameters: never[]) => unknown>;
  return await middleware(resolve as never, null, {}, context as unknown as Context, info);
}

describe('G7: the catalogue of failures', () => {
  it.each(codes)('%s has a type of the schema, which is an AuthProblem with this code', (code) => {
    const type = schema.getType(problemTypes[code].name);
    if (!isObjectType(type)) throw new Error(`${problemTypes[code].name} is no object type`);
    expect(type.getInterfaces().map(({ name }) => name)).toContain('AuthProblem');
    const made = toProblemType(problem(code as 'FORBIDDEN'));
    expect(made).toBeInstanceOf(problemTypes[code]);
    expect(made).toMatchObject({ code, message: problemMessages[code] });
    expect(made).not.toHaveProperty('kind');
  });

  it('has the codes of the enum and no other', () => {
    const type = schema.getType('AuthProblemCode') as never as { getValues(): { name: string }[] };
    expect(
      type
        .getValues()
        .map(({ name }) => name)
        .sort(),
    ).toEqual([...codes].sort());
  });
});

describe('problemsAsData', () => {
  it.each([
    ['returned', () => problem('INVALID_CREDENTIALS')],
    [
      'thrown',
      () => {
        throw new ProblemError(problem('INVALID_CREDENTIALS'));
      },
    ],
    ['returned as an error, as shield does', () => new ProblemError(problem('INVALID_CREDENTIALS'))],
  ])('makes a failure that was %s a member of the union', async (_how, resolve) => {
    const context = contextOf();
    const answer = await answerOf(resolve, undefined, context);
    expect(answer).toBeInstanceOf(problemTypes.INVALID_CREDENTIALS);
    expect(context.countProblem).toHaveBeenCalledExactlyOnceWith('INVALID_CREDENTIALS');
  });

  it.each<[Problem, GraphQLResolveInfo]>([
    [problem('UNAUTHENTICATED'), infoOf('Query', 'me')],
    [problem('NOT_FOUND'), infoOf('Mutation', 'login')],
  ])('makes a GraphQL error with its code of a failure that the type has no member for', async (failure, info) => {
    const error = await answerOf(() => failure, info).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(GraphQLError);
    expect((error as GraphQLError).extensions).toEqual({ code: failure.code });
  });

  it('answers 429 where a limit stopped a field without a result union', async () => {
    const failure = problem('RATE_LIMITED', { limit: 5, retryAfterSeconds: 7 });
    const answer = answerOf(() => failure, infoOf('Query', 'authConfig'));
    const extensions = { code: 'RATE_LIMITED', limit: 5, retryAfterSeconds: 7, http: { status: 429 } };
    await expect(answer).rejects.toMatchObject({ extensions });
  });

  it('tells that the database is away, and logs why', async () => {
    const context = contextOf();
    const cause = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' });
    const answer = await answerOf(() => Promise.reject(new Error('select …', { cause })), undefined, context);
    expect(answer).toBeInstanceOf(problemTypes.TEMPORARILY_UNAVAILABLE);
    expect(JSON.stringify(answer)).not.toContain('ECONNREFUSED');
    expect(context.logger.warn).toHaveBeenCalledOnce();
  });

  it.each([
    ['an error', new Error('a bug')],
    ['a refusal of GraphQL', new GraphQLError('no')],
  ])('lets %s go on as it is, whether thrown or returned', async (_what, fault) => {
    await expect(answerOf(() => Promise.reject(fault))).rejects.toBe(fault);
    await expect(answerOf(() => fault)).rejects.toBe(fault);
  });

  it('leaves every other value alone', async () => {
    const value = { code: 'CODE_INVALID' };
    expect(await answerOf(() => value)).toBe(value);
    expect(await answerOf(() => null)).toBeNull();
  });
});
