import type { AuthSessionOptions, AuthState, AuthTokensLike, SignedOutReason } from '../auth-session.js';
import { AuthTroubleError, type Trouble } from '../trouble.js';
import type { Outcome, SessionCore } from './core.js';
import { cookieDelivery, type Delivery, storeDelivery } from './delivery.js';
import { REFRESH } from './documents.js';
import { createExclusive, type Exclusive } from './exclusive.js';
import { type Identity, identityOf, replaces } from './identity.js';
import { KnownSession } from './known-session.js';
import { platform } from './platform.js';
import { createRequests, type Requests, troubleOf } from './requests.js';
import { tellSignOut } from './sign-out.js';
import { noTabs, openTabs, type TabMessage, type Tabs } from './tabs.js';
import { sleep } from './waiting.js';

/** Waits between the attempts of one renewal. */
const ATTEMPT_MILLISECONDS = [300, 1200, 3000];
/** Waits between renewals while there is trouble. */
const RETRY_MILLISECONDS = [1000, 2000, 5000, 10_000, 30_000];
const ASK_MILLISECONDS = 30;
const ASK_AFTER_WAIT_MILLISECONDS = 150;

/** The state machine behind `createAuthSession`. */
export class Session extends KnownSession implements SessionCore {
  readonly isCookie: boolean;
  readonly timeoutMs: number;
  readonly exclusive: Exclusive;
  stepUp: SessionCore['stepUp'];
  private restored: Promise<AuthState> | undefined;
  private tabs: Tabs | undefined;
  /** Changes when the user signs out, here or in another tab. */
  private signOuts = 0;
  /** The identity that a sign-out ended, until the gateway was told. */
  private leaving: Identity | null = null;
  private readonly closing = new AbortController();
  private readonly delivery: Delivery;
  private readonly requests: Requests;
  private readonly name: string;
  private readonly isShared: boolean;

  constructor(private readonly options: AuthSessionOptions) {
    super(options.logger);
    const { tabs = true, delivery = 'cookie', timeoutMs = 10_000 } = options;
    const { name, lockTimeoutMs = 5000 } = typeof tabs === 'object' ? tabs : {};
    this.name = name ?? `gatehouse ${options.uri}`;
    this.timeoutMs = timeoutMs;
    this.delivery = delivery === 'cookie' ? cookieDelivery(this.name) : storeDelivery(delivery.tokens);
    this.isCookie = this.delivery.isCookie;
    this.isShared = tabs !== false && (this.isCookie || name !== undefined); // each store can hold another user's token
    this.requests = createRequests(options, this.isCookie, this.closing.signal);
    this.exclusive = createExclusive(this.name, lockTimeoutMs, this.isShared, () =>
      this.emit({ type: 'lock-timeout' }),
    );
  }

  csrfHeader = (): Promise<Record<string, string>> => this.requests.csrfHeader();

  renewCsrf = (): Promise<boolean> => this.requests.renewCsrf();

  restore = (): Promise<AuthState> => {
    this.restored ??= this.find().then(() => this.state);
    return this.restored;
  };

  renew = (): Promise<Outcome> => this.renewFrom(this.accessToken());

  /** While a limit lasts nothing is sent; `isDue` says that its end has come. */
  renewFrom = async (stale: string | null, isDue = false): Promise<Outcome> => {
    this.open();
    while (this.renewing) {
      const outcome = await this.renewing;
      if (outcome !== 'renewed' || this.isFresh(stale)) return outcome;
    }
    const { trouble } = this.state;
    if (!isDue && trouble?.code === 'RATE_LIMITED' && Date.now() < trouble.retryAt) return 'trouble';
    this.renewing = this.attempt(stale).finally(() => {
      this.renewing = undefined;
    });
    return this.renewing;
  };

  token = async (): Promise<string | null> => {
    await this.restore();
    if (this.state.status === 'restoring') await this.renewing;
    if (this.identity && !this.isFresh(null)) await this.renewFrom(this.accessToken());
    const isUnknown = this.identity ? Date.now() >= this.identity.expiresAt : this.state.status === 'restoring';
    if (isUnknown) throw this.error();
    return this.accessToken();
  };

  signOut = async ({ everywhere = false } = {}): Promise<{ told: boolean }> => {
    this.open();
    if (this.state.status === 'signedOut' && !this.delivery.isOwed()) return { told: true };
    this.delivery.owe(); // first, so that closing the page does not lose it
    this.leaving = this.identity ?? this.leaving;
    this.signOuts++;
    this.endForAll('logout');
    return { told: await this.settleOwed(everywhere) };
  };

  accept = async (tokens: AuthTokensLike): Promise<void> => {
    const take = this.taker();
    await this.exclusive(async () => take(tokens));
    await this.delivery.saved();
  };

  take = (tokens: AuthTokensLike, from: 'here' | 'restore' = 'here'): void => {
    this.open();
    const identity = identityOf(tokens, this.options.renewAheadMs);
    this.delivery.keep(tokens, identity.claims);
    this.leaving = null;
    this.tabs?.tell({ type: 'token', identity });
    this.adopt(identity, from);
  };

  taker = (): ((tokens: AuthTokensLike) => void) => {
    const { signOuts } = this;
    const isOwed = () => this.isCookie && this.delivery.isOwed(); // tells of other tabs before their messages arrive
    const wasOwed = isOwed();
    return (tokens) => {
      if (signOuts === this.signOuts && (wasOwed || !isOwed())) this.take(tokens);
      else if (!this.identity || isOwed()) this.refuse(tokens);
    };
  };

  leave = (reason: 'logout' | 'deleted'): void => {
    this.delivery.forget();
    this.endForAll(reason);
  };

  close = (): void => {
    this.epoch++;
    this.closing.abort();
    clearTimeout(this.retry);
    this.tabs?.close();
    platform.removeEventListener?.('online', this.onOnline);
  };

  /** Connects to the other tabs, once: a session that is only created, as on a server, holds nothing. */
  private open(): void {
    if (this.tabs) return;
    const isShared = this.isShared && !this.closing.signal.aborted;
    this.tabs = isShared ? openTabs(this.name, (message) => this.receive(message)) : noTabs;
    if (!this.closing.signal.aborted) platform.addEventListener?.('online', this.onOnline);
  }

  private onOnline = (): void => {
    const { trouble } = this.state;
    if (trouble && trouble.code !== 'RATE_LIMITED') void this.renew();
    else if (!this.identity && this.delivery.isOwed()) void this.settleOwed();
  };

  /** Tells the gateway of a sign-out, unless another tab has done it or somebody has signed in meanwhile. */
  private settleOwed(everywhere = false): Promise<boolean> {
    return this.exclusive(async () => (this.delivery.isOwed() ? this.settle(everywhere) : !everywhere));
  }

  /** Logs out with tokens that came after the sign-out of their user. */
  private refuse(tokens: AuthTokensLike): void {
    const identity = identityOf(tokens);
    this.delivery.keep(tokens, identity.claims);
    this.delivery.owe();
    this.leaving = identity;
    if (this.identity) this.end('logout-elsewhere'); // the message of the other tab has not arrived yet
    void this.settleOwed();
  }

  private async find(): Promise<void> {
    this.open();
    if (this.identity) return;
    await this.delivery.load().catch(() => undefined); // the renewal reports it
    const { claims } = this.delivery;
    if (this.delivery.isOwed()) {
      this.end('no-session');
      await this.settleOwed();
      return;
    }
    if (claims && !this.identity) this.show({ status: 'restoring', claims });
    await this.renewFrom(null);
  }

  private async attempt(stale: string | null): Promise<Outcome> {
    for (let attempt = 0; ; attempt++) {
      try {
        await this.delivery.load();
        const isDone = this.isFresh(stale) || (await this.tabs?.ask(ASK_MILLISECONDS, () => this.isFresh(stale)));
        if (!isDone) await this.exclusive((waited) => this.refresh(stale, waited));
        if (this.closing.signal.aborted) return 'trouble';
        if (!this.identity) return 'signed-out';
        await this.delivery.saved();
        return 'renewed';
      } catch (error) {
        const trouble = error instanceof AuthTroubleError ? error : troubleOf('NETWORK', 0, error);
        const wait = ATTEMPT_MILLISECONDS[attempt];
        const isFinal = this.failures > 0 || trouble.code === 'RATE_LIMITED' || platform.navigator?.onLine === false;
        if (wait === undefined || isFinal || this.closing.signal.aborted) return this.fail(trouble);
        await sleep(wait, this.closing.signal);
      }
    }
  }

  private async refresh(stale: string | null, waited: boolean): Promise<void> {
    const isDone = () => this.isFresh(stale);
    if (isDone() || (waited && (await this.tabs?.ask(ASK_AFTER_WAIT_MILLISECONDS, isDone)))) return;
    const { epoch } = this;
    if (this.delivery.isOwed()) {
      if (!(await this.settle(false))) throw troubleOf('NETWORK');
      this.end(this.identity ? 'logout-elsewhere' : 'no-session');
      return;
    }
    const input = this.delivery.input();
    const { refresh } = input ? await this.requests.mutate(REFRESH, input) : { refresh: undefined };
    if (epoch !== this.epoch) return;
    if (refresh?.tokens) this.take(refresh.tokens, this.identity ? 'here' : 'restore');
    else if (!input || refresh?.__typename === 'RefreshRejectedProblem') {
      this.delivery.forget();
      this.endForAll(this.identity ? 'ended' : 'no-session');
    } else throw troubleOf(undefined);
  }

  /** Tells the gateway of a sign-out. Called inside `exclusive`. False if the gateway could not be asked. */
  private async settle(everywhere: boolean): Promise<boolean> {
    const { leaving } = this;
    const token = leaving && Date.now() < leaving.expiresAt ? leaving.accessToken : undefined;
    try {
      const isTold = await tellSignOut(this.requests, this.delivery, token, everywhere);
      if (!this.identity) this.delivery.forget();
      this.leaving = null;
      return isTold;
    } catch {
      return false;
    }
  }

  private fail(error: AuthTroubleError): Outcome {
    const { state } = this;
    if (state.status === 'signedOut' || this.closing.signal.aborted) return 'trouble';
    const wait = RETRY_MILLISECONDS[Math.min(this.failures++, RETRY_MILLISECONDS.length - 1)] ?? 0;
    const trouble: Trouble = { code: error.code, retryAt: error.retryAt || Date.now() + wait };
    clearTimeout(this.retry);
    this.retry = setTimeout(() => void this.renewFrom(this.accessToken(), true), trouble.retryAt - Date.now());
    this.show({ ...state, trouble });
    this.emit({ type: 'trouble', trouble });
    return 'trouble';
  }

  protected onSessionChange(): void {
    this.requests.forgetCsrf();
  }

  private endForAll(reason: SignedOutReason): void {
    const sid = this.end(reason);
    if (sid !== undefined) this.tabs?.tell({ type: 'signed-out', sid, reason });
  }

  private receive(message: TabMessage): void {
    if (message.type === 'ask') {
      if (this.identity && this.isFresh(null)) this.tabs?.tell({ type: 'token', identity: this.identity });
    } else if (message.type === 'token') {
      const { identity } = message;
      if (identity.claims.sid === this.endedSid || !replaces(identity, this.identity)) return;
      this.delivery.forgive();
      this.leaving = null;
      this.adopt(identity, 'other-tab');
    } else if (message.sid === this.identity?.claims.sid) {
      if (message.reason === 'logout') this.signOuts++;
      this.end(message.reason === 'logout' ? 'logout-elsewhere' : message.reason);
    }
  }
}
