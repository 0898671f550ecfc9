import { ApolloLink } from '@apollo/client';
import { type DocumentNode, parse } from 'graphql';
import { from } from 'rxjs';
import type { FakeAccount } from './fake-accounts.js';
import { type FakeField, fakeFields } from './fake-fields.js';
import { FakeState } from './fake-state.js';
import { problem } from './problem.js';
import { callsIn } from './project.js';

/** Options of `createFakeGateway`. */
export interface FakeGatewayOptions {
  accounts?: (Partial<FakeAccount> & { email: string; password: string })[];
  /** Lifetime of access tokens in seconds. Default: 900. */
  accessTokenTtl?: number;
  /** Answers to further root fields of the app, or other answers than the fake's. */
  fields?: Record<string, (args: Record<string, unknown>, account: FakeAccount | null) => unknown>;
}

/** A gateway in memory, for one browser. It reads the clock of the test by `Date.now()`. */
export interface FakeGateway {
  /** Answers the operations of a client; use it in place of the HttpLink. */
  link: ApolloLink;
  /** Answers the requests of a session; use it as the option `fetch` of `createAuthSession`. */
  fetch: typeof fetch;
  /** The names of the root fields that were asked, one entry a request. */
  requests: string[];
  accounts: FakeAccount[];
  addAccount(account: Partial<FakeAccount> & { email: string; password: string }): FakeAccount;
  /** The code of every email and authenticator app. */
  code: string;
  /** Refuses the access tokens that were issued until now. */
  expire(): void;
  /** Carries out the next request, and loses its answer. */
  loseNextAnswer(): void;
  /** Ends every session. */
  endSession(): void;
  /** Rejects every refresh for these seconds. */
  limit(seconds: number): void;
  /** Answers nothing while it is set: `offline` fails, `broken` answers with a page of HTML, `hanging` never answers. */
  failure: 'offline' | 'broken' | 'hanging' | null;
  /** Time between a request and its answer. */
  latencyMs: number;
}

type Variables = Record<string, unknown>;

/** Creates a gateway in memory that knows the usual operations of a user. The code is always `123456`. */
export function createFakeGateway({
  accounts = [],
  accessTokenTtl = 900,
  fields = {},
}: FakeGatewayOptions = {}): FakeGateway {
  const state = new FakeState(accessTokenTtl);
  let isAnswerLost = false;
  let limitedUntil = 0;
  for (const account of accounts) state.add(account);

  function resolve(name: string, args: Variables, token: string | undefined): unknown {
    const session = state.sessionOfToken(token);
    if (fields[name]) return fields[name](args, session?.account ?? null);
    const input = (args.input ?? {}) as Record<string, string | undefined>;
    const seconds = Math.ceil((limitedUntil - Date.now()) / 1000);
    if (name === 'refresh' && seconds > 0) return problem('RATE_LIMITED', { retryAfterSeconds: seconds });
    state.isInBody = input.tokenDelivery === 'BODY' || input.refreshToken !== undefined || state.isInBody;
    const answer: FakeField | undefined = fakeFields[name];
    if (!answer) throw new Error(`The fake gateway has no field ${name}; add it to the option \`fields\`.`);
    return answer(state, input, session);
  }

  async function answer(document: DocumentNode, variables: Variables, token?: string): Promise<ApolloLink.Result> {
    const calls = callsIn(document, variables);
    self.requests.push(calls.map(({ name }) => name).join(' '));
    const isRejected = token !== undefined && !state.sessionOfToken(token);
    if (isRejected && calls.some(({ name }) => ['me', 'currentSession'].includes(name) || fields[name])) {
      return { data: null, errors: [{ message: 'Rejected', extensions: { code: 'UNAUTHENTICATED' } }] };
    }
    const data: Variables = {};
    for (const { key, name, args, select } of calls) data[key] = select(await resolve(name, args, token));
    return { data };
  }

  async function exchange(document: DocumentNode, variables: Variables, authorization: string | undefined) {
    await Promise.resolve();
    if (self.failure === 'hanging') await new Promise(() => {});
    if (self.failure === 'offline') throw new TypeError('Failed to fetch');
    const result = await answer(document, variables, authorization?.replace(/^bearer /i, ''));
    if (self.latencyMs > 0) await new Promise((done) => setTimeout(done, self.latencyMs));
    if (!isAnswerLost) return result;
    isAnswerLost = false;
    throw new TypeError('Failed to fetch');
  }

  const self: FakeGateway = {
    requests: [],
    accounts: state.accounts,
    code: state.code,
    failure: null,
    latencyMs: 0,
    addAccount: (account) => state.add(account),
    link: new ApolloLink(({ query, variables, getContext }) => {
      const { headers = {} } = getContext();
      return from(exchange(query, variables, headers.authorization));
    }),
    async fetch(_input, init) {
      const { query, variables = {} } = JSON.parse(String(init?.body));
      const result = await exchange(
        parse(query),
        variables,
        new Headers(init?.headers).get('authorization') ?? undefined,
      );
      if (self.failure === 'broken') return new Response('<html>Bad Gateway</html>', { status: 502 });
      return Response.json(result);
    },
    expire: () => state.expire(),
    loseNextAnswer() {
      isAnswerLost = true;
    },
    endSession() {
      for (const session of state.sessions) session.hasEnded = true;
    },
    limit(seconds) {
      limitedUntil = Date.now() + seconds * 1000;
    },
  };
  return self;
}
