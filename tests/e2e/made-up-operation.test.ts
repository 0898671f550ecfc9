import { Arg, Ctx, createUnionType, Field, InputType, Mutation, ObjectType, Query } from 'type-graphql';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { createSubgraph } from '../../src/app.js';
import { parseInput } from '../../src/inputs/parse.js';
import { accountOperations } from '../../src/operations/account.js';
import { operationGroups } from '../../src/operations/all.js';
import { describeLimits } from '../../src/operations/describe-limits.js';
import { limitNames } from '../../src/operations/limits.js';
import type { Context } from '../../src/request.js';
import { AccountResolver } from '../../src/resolvers/account.js';
import {
  AuthAccessProblem,
  AuthInputProblem,
  AuthRateLimitProblem,
  AuthUnavailableProblem,
} from '../../src/schema/problems.js';
import { quickUser } from '../support/accounts.js';
import { sharedGateway, type TestGateway } from '../support/app.js';
import { loggedIn } from '../support/journey.js';

// The parts of a new operation, each where its own file would be: the row, the schema types, the input rules, the resolver.
// Everything else is the code as it is.

// The tests of all operations read the committed schema, which has no made-up operation.
vi.mock('../support/published-schema.js', async () => {
  const app = await import('../../src/app.js');
  return { publishedSchema: app.createSubgraph().schema };
});

vi.mock('../../src/operations/account.js', async (original) => {
  const { accountOperations: group } = await original<{ accountOperations: typeof accountOperations }>();
  const { HOUR, perUser } = await import('../../src/operations/limit-policy.js');
  const { recentAuthentication } = await import('../../src/operations/operation.js');
  const limits = [perUser(2, HOUR)];
  const stepUp = recentAuthentication('PROFILE_UPDATE');
  return {
    accountOperations: {
      Query: { ...group.Query, madeUpMark: { who: 'staff', least: 'admin', limits } },
      Mutation: { ...group.Mutation, makeUpMark: { who: 'signed-in', limits, credential: true, stepUp } },
    },
  };
});

@InputType({ description: 'A mark.' })
class MakeUpMarkInput {
  @Field(() => String, { description: 'Its text.' })
  mark!: string;
}

@ObjectType({ description: 'The mark is made up.' })
class MarkMadeUp {
  @Field(() => String, { description: 'Its text.' })
  mark!: string;
}

const MakeUpMarkResult = createUnionType({
  name: 'MakeUpMarkResult',
  description: 'Result of `makeUpMark`.',
  types: () => [MarkMadeUp, AuthInputProblem, AuthAccessProblem, AuthRateLimitProblem, AuthUnavailableProblem] as const,
});

const rules = z.object({ mark: z.string().max(5, 'Use at most 5 characters.') });
const methods = {
  madeUpMark: () => 'mark',
  makeUpMark: (input: MakeUpMarkInput, _context: Context) => Object.assign(new MarkMadeUp(), parseInput(rules, input)),
};
const { prototype } = AccountResolver;
Object.assign(prototype, methods);
Query(() => String, { description: 'The mark.' })(prototype, 'madeUpMark', {});
Mutation(() => MakeUpMarkResult, { description: 'Makes up a mark.' })(prototype, 'makeUpMark', {});
Arg('input', () => MakeUpMarkInput, { description: 'The mark.' })(prototype, 'makeUpMark', 0);
Ctx()(prototype, 'makeUpMark', 1);

const { schema } = createSubgraph();
const { documentOf, documents, mutationCalls, mutationInputs } = await import('../support/operation-calls.js');
const MAKE_UP =
  'mutation ($mark: String!) { makeUpMark(input: { mark: $mark }) { __typename ... on AuthProblem { code } } }';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await sharedGateway({ env: { RATE_LIMITS: 'on' } });
});
afterAll(() => gateway.close());

async function tokenOfUser(): Promise<string> {
  return (await loggedIn(gateway, (await quickUser(gateway)).email)).accessToken;
}

async function madeUp(token?: string, mark = 'x') {
  const { data } = await gateway.send(MAKE_UP, { mark }, token === undefined ? {} : { token });
  return data?.makeUpMark;
}

describe('a new operation with a row, types, rules and a resolver, and an entry in no list,', () => {
  it('answers whom its row names and nobody else', async () => {
    const token = await tokenOfUser();
    expect(await madeUp(token)).toEqual({ __typename: 'MarkMadeUp' });
    expect(await madeUp()).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect((await gateway.send('{ madeUpMark }', {}, { token })).errors[0]?.extensions.code).toBe('FORBIDDEN');
  });

  it('is limited, under a name that settings can give', async () => {
    const token = await tokenOfUser();
    const answers = [await madeUp(token), await madeUp(token), await madeUp(token)];
    expect(answers[1]).toEqual({ __typename: 'MarkMadeUp' });
    expect(answers[2]).toMatchObject({ code: 'RATE_LIMITED' });
    expect(limitNames).toEqual(expect.arrayContaining(['makeUpMark', 'makeUpMark:user', 'makeUpMark:client']));
    expect(schema.getMutationType()?.getFields().makeUpMark?.description).toBe(
      'Makes up a mark. Limit: 2 per hour per user.',
    );
  });

  it('is one of which a document may hold one', async () => {
    const login = 'login(input: { identifier: "x", password: "y" }) { __typename }';
    const { status, errors } = await gateway.send(`mutation { ${mutationCalls.makeUpMark} ${login} }`);
    expect([status, errors[0]?.message]).toEqual([400, expect.stringMatching(/at most one/)]);
  });

  it('requires a recent sign-in, before its input is read', async () => {
    const token = await tokenOfUser();
    expect(await madeUp(token, 'too long')).toMatchObject({ code: 'INPUT_INVALID' });
    gateway.clock.advance(660);
    expect(await madeUp(token, 'too long')).toMatchObject({ code: 'REAUTHENTICATION_REQUIRED' });
  });

  it('hides its administration from the public schema', () => {
    expect(createSubgraph().sdl).toMatch(/ {2}madeUpMark: String! @tag\(name: "admin"\)/);
  });

  it('stands in the reference', async () => {
    const path = '../../scripts/support/operations-reference.js';
    const { operationsReference } = await import(path);
    const text: string = operationsReference({ schema, operationGroups, describeLimits });
    const row =
      '| `makeUpMark` | signed-in user | 2 per hour per user | yes | required | `AuthInputProblem`, `AuthAccessProblem` |';
    expect(text.split('\n')).toEqual(expect.arrayContaining([row, '| `madeUpMark` | `admin` | 2 per hour per user |']));
  });

  it('is called by the tests of all operations', () => {
    expect(documents).toMatchObject({ madeUpMark: expect.any(String), makeUpMark: expect.any(String) });
    expect(mutationInputs).toContainEqual(['makeUpMark', { mark: 'x' }]);
    expect(documentOf('makeUpMark')).toContain('MakeUpMarkInput!');
  });
});
