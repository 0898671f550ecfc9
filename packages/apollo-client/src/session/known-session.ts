import type { AuthEvent, SignedOutReason } from '../auth-session.js';
import { AuthTroubleError } from '../trouble.js';
import { Audience } from './audience.js';
import type { Outcome } from './core.js';
import type { Identity } from './identity.js';

/** What is known of a session, and how it changes. Nothing here asks the gateway. */
export abstract class KnownSession extends Audience {
  protected identity: Identity | null = null;
  /** Changes with each sign-in and sign-out. An answer to an earlier request is then ignored. */
  protected epoch = 0;
  /** Failed renewals in succession. */
  protected failures = 0;
  protected renewing: Promise<Outcome> | undefined;
  protected retry: ReturnType<typeof setTimeout> | undefined;
  /** The session that was ended here. Late tokens of it are ignored. */
  protected endedSid: string | undefined;
  /** The last identity whose data a cache can still contain. */
  private remembered: Identity | null = null;

  /** Called when the session of the cookie becomes another one. */
  protected abstract onSessionChange(): void;

  accessToken = (): string | null => this.identity?.accessToken ?? null;

  userId = (): string | null => this.identity?.claims.sub ?? null;

  error = (): AuthTroubleError => new AuthTroubleError(this.state.trouble ?? { code: 'NETWORK', retryAt: Date.now() });

  protected isFresh(stale: string | null): boolean {
    return this.identity !== null && this.identity.accessToken !== stale && Date.now() < this.identity.renewAt;
  }

  /** Makes an identity the current one. Another user becomes visible only after the previous user's data was removed. */
  protected adopt(identity: Identity, from: 'here' | 'other-tab' | 'restore'): void {
    const before = this.remembered?.claims;
    const { claims } = identity;
    if (before?.sid !== claims.sid) {
      this.epoch++;
      this.onSessionChange();
    }
    const isRenewal = this.identity?.claims.sub === claims.sub;
    const event: AuthEvent = isRenewal
      ? { type: 'renewed', by: from === 'other-tab' ? from : 'here' }
      : { type: 'signed-in', claims, from };
    this.identity = identity;
    this.remembered = identity;
    this.calmDown();
    const { epoch } = this;
    const show = () => {
      if (epoch !== this.epoch) return;
      this.show({ status: 'signedIn', claims });
      this.emit(event);
    };
    if (before === undefined || before.sub === claims.sub) {
      show();
    } else {
      this.emit({ type: 'user-changed', before, after: claims });
      void this.clear().then(show);
    }
  }

  /** Nobody is signed in any more. Returns the session that ended. */
  protected end(reason: SignedOutReason): string | undefined {
    const sid = this.identity?.claims.sid;
    this.endedSid = sid ?? this.endedSid;
    this.identity = null;
    this.epoch++;
    this.calmDown();
    this.onSessionChange();
    if (this.state.status !== 'signedOut') {
      this.show({ status: 'signedOut', reason });
      this.emit({ type: 'signed-out', reason });
    }
    void this.forgetData(this.epoch, reason === 'ended' ? this.renewing : undefined);
    return sid;
  }

  private calmDown(): void {
    this.failures = 0;
    clearTimeout(this.retry);
  }

  /** Removes the user's data after the operations that waited for the renewal were answered. */
  private async forgetData(epoch: number, renewing: Promise<Outcome> | undefined): Promise<void> {
    await renewing;
    await new Promise((resolve) => setTimeout(resolve));
    if (epoch !== this.epoch || this.remembered === null) return;
    this.remembered = null;
    await this.clear();
  }
}
