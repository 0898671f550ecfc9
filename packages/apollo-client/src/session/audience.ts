import type { AuthEvent, AuthState } from '../auth-session.js';
import { bounded } from './waiting.js';

const CLEAR_MILLISECONDS = 1000;

/** Adds to a set. Returns what removes it. */
function addTo<T>(set: Set<T>, item: T): () => void {
  set.add(item);
  return () => {
    set.delete(item);
  };
}

/** Before anybody asked the gateway, and on a server. */
export const RESTORING: AuthState = { status: 'restoring' };

/** The visible state, its subscribers and the listeners to events. */
export class Audience {
  state: AuthState = RESTORING;
  private readonly listeners = new Set<() => void>();
  private readonly eventListeners = new Set<(event: AuthEvent) => void>();
  private readonly leavers = new Set<() => Promise<unknown>>();

  constructor(logger: ((event: AuthEvent) => void) | undefined) {
    if (logger) this.eventListeners.add(logger);
  }

  getState = (): AuthState => this.state;

  getServerState = (): AuthState => RESTORING;

  subscribe = (listener: () => void): (() => void) => addTo(this.listeners, listener);

  on = <K extends AuthEvent['type']>(type: K, listener: (event: Extract<AuthEvent, { type: K }>) => void) =>
    addTo(this.eventListeners, (event: AuthEvent) => {
      if (event.type === type) listener(event as Extract<AuthEvent, { type: K }>);
    });

  onLeave = (clear: () => Promise<unknown>): (() => void) => addTo(this.leavers, clear);

  show(state: AuthState): void {
    this.state = state;
    for (const listener of [...this.listeners]) listener();
  }

  emit(event: AuthEvent): void {
    for (const listener of [...this.eventListeners]) listener(event);
  }

  /** Removes the data of the user who left. Resolves at the latest after a second. */
  clear(): Promise<unknown> {
    const clearing = [...this.leavers].map(async (leave) => leave());
    return bounded(Promise.allSettled(clearing), CLEAR_MILLISECONDS, undefined);
  }
}
