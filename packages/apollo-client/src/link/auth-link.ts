import { ApolloLink } from '@apollo/client';
import type { DocumentNode } from 'graphql';
import { Observable, type Observer, type Subscription } from 'rxjs';
import type { AuthSession } from '../auth-session.js';
import { coreOf, type SessionCore } from '../session/core.js';
import { bounded } from '../session/waiting.js';
import { AuthTroubleError } from '../trouble.js';
import {
  changesFactors,
  endIn,
  isCookieLost,
  isForbidden,
  isRefused,
  tokensIn,
  unauthenticated,
  withoutAddedFields,
} from './answer.js';
import { type Plan, planOf } from './plan.js';
import { problemFields } from './problem-fields.js';

/** Options of `createAuthLink`. */
export interface AuthLinkOptions {
  /** Whether an operation waits for nothing and carries no token. Default: if all of its fields are public ones of the gateway. */
  isPublic?: (operation: ApolloLink.Operation) => boolean;
  /** Whether the session reads the tokens, sign-outs and deletions in responses. Default: true. */
  captureTokens?: boolean;
  /** Called on REAUTHENTICATION_REQUIRED; true repeats the operation once. Default: `useReauthenticate`, if it is in use. */
  onReauthenticate?: (operation: ApolloLink.Operation) => Promise<boolean>;
  /** Whether `problemFields` is applied. Turn it off for documents whose hash must not change. Default: true. */
  addFields?: boolean;
}

/** Whether `fetch` found no server. Engines name it differently, and other errors have the same type. */
function isFailedFetch(error: unknown): boolean {
  return error instanceof TypeError && /fetch|network|load failed/i.test(error.message);
}

/** What became of one attempt, if it was not delivered: the answer or the error, and the token that it carried. */
interface Failure {
  token: string | null;
  result?: ApolloLink.Result;
  error?: unknown;
}

type Cure = 'renew' | 'csrf' | 'reauthenticate';

let isWarned = false;
/** Documents with fields that this link added: it removes them from the answers, also if another link repeats an operation. */
const enriched = new WeakSet<DocumentNode>();

/** One operation on its way through the link. */
class Passage {
  private subscription: Subscription | undefined;
  private isStopped = false;
  private readonly tried = new Set<Cure>();
  private readonly plan: Plan;
  private readonly isPublic: boolean;
  private readonly hasAdded: boolean;
  /** The user who started the operation. It is never sent as somebody else. */
  private readonly user: string | null;
  private readonly take: SessionCore['take'];

  constructor(
    private readonly core: SessionCore,
    private readonly options: AuthLinkOptions,
    private readonly operation: ApolloLink.Operation,
    private readonly forward: ApolloLink.ForwardFunction,
    private readonly observer: Observer<ApolloLink.Result>,
  ) {
    this.plan = planOf(operation.query);
    this.user = core.userId();
    this.take = this.plan.isExclusive ? core.taker() : core.take;
    this.isPublic = options.isPublic?.(operation) ?? this.plan.isPublic;
    if (options.addFields !== false) enrich(operation);
    if (!core.isCookie) deliverInBody(operation, this.plan);
    this.hasAdded = enriched.has(operation.query);
  }

  stop(): void {
    this.isStopped = true;
    this.subscription?.unsubscribe();
  }

  async run(): Promise<void> {
    try {
      for (;;) {
        const failure = await this.attempt();
        if (!failure || this.isStopped) return;
        if (await this.isCured(failure)) continue;
        if (failure.result) this.finish(failure.result);
        else this.observer.error(failure.error);
        return;
      }
    } catch (error) {
      if (!this.isStopped) this.observer.error(error);
    }
  }

  /** Sends the operation once. Resolves with what has to be cured. */
  private async attempt(): Promise<Failure | undefined> {
    const { core, plan } = this;
    if (!this.isPublic) await core.token();
    const csrf = plan.isMutation && core.isCookie ? await core.csrfHeader() : {};
    if (!plan.isExclusive) return this.send(csrf);
    let sending: Promise<Failure | undefined> | undefined;
    await core.exclusive(() => {
      sending = this.send(csrf);
      return bounded(sending, core.timeoutMs, undefined);
    });
    return sending;
  }

  private send(csrf: Record<string, string>): Promise<Failure | undefined> {
    const { core, operation, observer, plan } = this;
    if (this.isStopped) return Promise.resolve(undefined);
    const token = this.isPublic ? null : core.accessToken();
    const user = core.userId();
    if (!this.isPublic && this.user !== null && this.user !== user) {
      this.finish(unauthenticated());
      return Promise.resolve(undefined);
    }
    operation.setContext(({ headers, credentials }) => ({
      headers: { ...without(headers, 'authorization'), ...csrf, ...(token && { authorization: `Bearer ${token}` }) },
      credentials: credentials ?? (plan.isExclusive && core.isCookie ? 'include' : undefined),
    }));
    return new Promise((resolve) => {
      let isFailed = false;
      const fail = (failure: Failure) => {
        isFailed = true;
        resolve(failure);
      };
      this.subscription = this.forward(operation).subscribe({
        next: (result) => {
          if (isFailed) return;
          if (plan.isSubscription || 'hasNext' in result) return observer.next(result);
          if (this.cureFor(result)) return fail({ token, result });
          const isStale = token !== null && !plan.isExclusive && core.userId() !== user;
          observer.next(isStale ? unauthenticated() : this.taken(result));
        },
        error: (error) => fail({ token, error }),
        complete: () => {
          if (isFailed) return;
          observer.complete();
          resolve(undefined);
        },
      });
      this.subscription.add(() => resolve(undefined));
    });
  }

  private cureFor(result: ApolloLink.Result): Cure | undefined {
    const { plan, core, options, tried } = this;
    if (!tried.has('renew') && !this.isPublic && isRefused(result, plan)) return 'renew';
    if (!plan.isMutation) return undefined;
    if (!tried.has('csrf') && core.isCookie && isForbidden(result)) return 'csrf';
    const canAsk = options.onReauthenticate ?? core.stepUp;
    if (canAsk && !tried.has('reauthenticate') && isRefused(result, plan, 'REAUTHENTICATION_REQUIRED'))
      return 'reauthenticate';
    return undefined;
  }

  /** Whether the operation can be repeated. Throws AuthTroubleError if the gateway cannot be asked. */
  private async isCured({ token, result, error }: Failure): Promise<boolean> {
    const { core, operation, tried } = this;
    const status = (error as { statusCode?: number } | undefined)?.statusCode;
    const cure = result ? this.cureFor(result) : status === 401 ? 'renew' : status === 403 ? 'csrf' : undefined;
    if (isFailedFetch(error)) throw new AuthTroubleError({ code: 'NETWORK', retryAt: Date.now() }, error);
    if (!cure || tried.has(cure)) return false;
    tried.add(cure);
    if (cure === 'csrf') return this.plan.isMutation && core.renewCsrf().catch(() => false);
    if (cure === 'reauthenticate') return (this.options.onReauthenticate ?? core.stepUp)?.(operation) ?? false;
    if (core.accessToken() !== token) return core.accessToken() !== null;
    if (token === null) return false;
    const outcome = await core.renewFrom(token);
    if (outcome === 'trouble') throw core.error();
    return outcome === 'renewed';
  }

  /** The response as the app receives it, after the session has read it. */
  private taken(result: ApolloLink.Result): ApolloLink.Result {
    const { core, plan, options } = this;
    if (isCookieLost(result)) warnOfCookie();
    if (options.captureTokens !== false) {
      const tokens = tokensIn(result, plan);
      const end = endIn(result, plan);
      if (tokens) this.take(tokens);
      if (end) core.leave(end);
      if (changesFactors(result, plan)) void core.renew(); // the claims in the token have changed
    }
    return this.hasAdded ? withoutAddedFields(result, plan) : result;
  }

  private finish(result: ApolloLink.Result): void {
    this.observer.next(this.hasAdded ? withoutAddedFields(result, this.plan) : result);
    this.observer.complete();
  }
}

function enrich(operation: ApolloLink.Operation): void {
  const query = problemFields.transformDocument(operation.query);
  if (query !== operation.query) enriched.add(query);
  operation.query = query;
}

/** Asks for the refresh token of a sign-in, since the session keeps it. */
function deliverInBody(operation: ApolloLink.Operation, { fields }: Plan): void {
  const { input } = operation.variables;
  const isSignIn = fields.some(({ name }) => name === 'login' || name === 'exchangeToken');
  if (!isSignIn || !input) return;
  operation.variables = { ...operation.variables, input: { tokenDelivery: 'BODY', ...input } };
}

function without(headers: Record<string, string> | undefined, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(headers ?? {}).filter(([key]) => key.toLowerCase() !== name));
}

function warnOfCookie(): void {
  if (isWarned) return;
  isWarned = true;
  // biome-ignore lint/suspicious/noConsole: the developer of the app has to see it.
  console.warn('Gatehouse: the browser does not keep the refresh-token cookie, because this page is on another site.');
}

/**
 * Creates the link that adds access tokens, renews them, and repeats what was refused because of an expired token. Place it
 * before the `HttpLink`. It fails with AuthTroubleError if the gateway cannot be asked.
 */
export function createAuthLink(session: AuthSession, options: AuthLinkOptions = {}): ApolloLink {
  const core = coreOf(session);
  return new ApolloLink(
    (operation, forward) =>
      new Observable((observer) => {
        const passage = new Passage(core, options, operation, forward, observer);
        void passage.run();
        return () => passage.stop();
      }),
  );
}
