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

class Gateway implements FakeGateway {
  readonly requests: string[] = [];
  readonly accounts: FakeAccount[];
  readonly code: string;
  readonly link: ApolloLink;
  failure: FakeGateway['failure'] = null;
  latencyMs = 0;
  private readonly state: FakeState;
  private readonly fields: NonNullable<FakeGatewayOptions['fields']>;
  private isAnswerLost = false;
  private limitedUntil = 0;

  constructor({ accounts = [], accessTokenTtl = 900, fields = {} }: FakeGatewayOptions) {
    this.state = new FakeState(accessTokenTtl);
    this.fields = fields;
    this.accounts = this.state.accounts;
    this.code = this.state.code;
    for (const account of accounts) this.state.add(account);
    this.link = new ApolloLink(({ query, variables, getContext }) => {
      const { headers = {} } = getContext();
      return from(this.exchange(query, variables, headers.authorization));
    });
  }

  fetch: typeof fetch = async (_input, init) => {
    const { query, variables = {} } = JSON.parse(String(init?.body));
    const authorization = new Headers(init?.headers).get('authorization');
    const result = await this.exchange(parse(query), variables, authorization);
    if (this.failure === 'broken') return new Response('<html>Bad Gateway</html>', { status: 502 });
    return Response.json(result);
  };

  addAccount(account: Partial<FakeAccount> & { email: string; password: string }): FakeAccount {
    return this.state.add(account);
  }

  expire(): void {
    this.state.expire();
  }

  loseNextAnswer(): void {
    this.isAnswerLost = true;
  }

  endSession(): void {
    for (const session of this.state.sessions) session.hasEnded = true;
  }

  limit(seconds: number): void {
    this.limitedUntil = Date.now() + seconds * 1000;
  }

  private async exchange(document: DocumentNode, variables: Variables, authorization: string | null | undefined) {
    await Promise.resolve();
    if (this.failure === 'hanging') await new Promise(() => {});
    if (this.failure === 'offline') throw new TypeError('Failed to fetch');
    const result = await this.answer(document, variables, authorization?.replace(/^bearer /i, ''));
    if (this.latencyMs > 0) await new Promise((done) => setTimeout(done, this.latencyMs));
    if (!this.isAnswerLost) return result;
    this.isAnswerLost = false;
    throw new TypeError('Failed to fetch');
  }

  private async answer(document: DocumentNode, variables: Variables, token?: string): Promise<ApolloLink.Result> {
    const calls = callsIn(document, variables);
    this.requests.push(calls.map(({ name }) => name).join(' '));
    const isRejected = token !== undefined && !this.state.sessionOfToken(token);
    if (isRejected && calls.some(({ name }) => ['me', 'currentSession'].includes(name) || this.fields[name])) {
      return { data: null, errors: [{ message: 'Rejected', extensions: { code: 'UNAUTHENTICATED' } }] };
    }
    const data: Variables = {};
    for (const { key, name, args, select } of calls) data[key] = select(await this.resolve(name, args, token));
    return { data };
  }

  private resolve(name: string, args: Variables, token: string | undefined): unknown {
    const session = this.state.sessionOfToken(token);
    if (this.fields[name]) return this.fields[name](args, session?.account ?? null);
    const input = (args.input ?? {}) as Record<string, string | undefined>;
    const seconds = Math.ceil((this.limitedUntil - Date.now()) / 1000);
    if (name === 'refresh' && seconds > 0) return problem('RATE_LIMITED', { retryAfterSeconds: seconds });
    if (input.tokenDelivery === 'BODY' || input.refreshToken !== undefined) this.state.isInBody = true;
    const answer: FakeField | undefined = fakeFields[name];
    if (!answer) throw new Error(`The fake gateway has no field ${name}. Add it to the option \`fields\`.`);
    return answer(this.state, input, session);
  }
}

/** Creates a gateway in memory that knows the usual operations of a user. The code is always `123456`. */
export function createFakeGateway(options: FakeGatewayOptions = {}): FakeGateway {
  return new Gateway(options);
}
