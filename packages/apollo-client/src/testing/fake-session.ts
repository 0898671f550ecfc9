import type { ApolloLink } from '@apollo/client';
import type { AuthState, AuthTokensLike, Claims } from '../auth-session.js';
import { Audience } from '../session/audience.js';
import type { Outcome, SessionCore } from '../session/core.js';
import { claimsOf } from '../session/identity.js';
import { AuthTroubleError } from '../trouble.js';
import { fakeClaims, fakeTokens } from './tokens.js';

/** What a fake session starts as: signed in with these claims, or in another state. */
export type FakeSessionOptions =
  | { claims?: Partial<Claims> }
  | { status: 'restoring' | 'signedOut' }
  | { state: AuthState };

/** A session in memory that asks nobody. */
export class FakeAuthSession extends Audience implements SessionCore {
  readonly isCookie = true;
  readonly timeoutMs = 10_000;
  stepUp: ((operation: ApolloLink.Operation) => Promise<boolean>) | undefined;
  private tokens: AuthTokensLike | null = null;

  constructor(options: FakeSessionOptions = {}) {
    super(undefined);
    if ('state' in options) this.become(options.state);
    else if (!('status' in options)) this.become({ status: 'signedIn', claims: fakeClaims(options.claims) });
    else if (options.status === 'signedOut') this.become({ status: 'signedOut', reason: 'no-session' });
  }

  /** Shows another state, as if the gateway or another tab had caused it. */
  become = (state: AuthState): void => {
    this.tokens = state.status === 'signedIn' ? fakeTokens(state.claims) : null;
    this.show(state);
    if (state.status === 'signedOut') this.emit({ type: 'signed-out', reason: state.reason });
  };

  exclusive = <T>(work: (waited: boolean) => Promise<T>): Promise<T> => work(false);
  accessToken = (): string | null => this.tokens?.accessToken ?? null;
  userId = (): string | null => (this.state.status === 'signedIn' ? this.state.claims.sub : null);
  error = (): AuthTroubleError => new AuthTroubleError({ code: 'NETWORK', retryAt: Date.now() });
  restore = async (): Promise<AuthState> => this.state;
  token = async (): Promise<string | null> => this.accessToken();
  renew = async (): Promise<Outcome> => (this.tokens ? 'renewed' : 'signed-out');
  renewFrom = (): Promise<Outcome> => this.renew();
  csrfHeader = async (): Promise<Record<string, string>> => ({});
  renewCsrf = async (): Promise<boolean> => false;
  close = (): void => {};

  take = (tokens: AuthTokensLike): void => {
    this.become({ status: 'signedIn', claims: claimsOf(tokens.accessToken) });
  };

  taker = () => this.take;

  accept = async (tokens: AuthTokensLike): Promise<void> => this.take(tokens);
  leave = (reason: 'logout' | 'deleted'): void => this.become({ status: 'signedOut', reason });

  signOut = async (): Promise<{ told: boolean }> => {
    this.leave('logout');
    return { told: true };
  };
}

/** Creates a session for component tests: `fakeSession({ claims: { role: 'admin' } })`, `fakeSession({ status: 'signedOut' })`. */
export function fakeSession(options?: FakeSessionOptions): FakeAuthSession {
  return new FakeAuthSession(options);
}
