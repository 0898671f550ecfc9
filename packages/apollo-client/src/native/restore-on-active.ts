import type { AuthSession } from '../auth-session.js';

/** The functions of React Native's `AppState` that are used. */
export interface AppStateLike {
  addEventListener(type: 'change', listener: (state: string) => void): { remove(): void };
}

/**
 * Ends trouble at once when the app returns to the foreground, where timers have stood still: `restoreOnActive(session, AppState)`.
 * Returns the function that ends it.
 */
export function restoreOnActive(session: AuthSession, appState: AppStateLike): () => void {
  const subscription = appState.addEventListener('change', (state) => {
    if (state !== 'active') return;
    const { trouble } = session.getState();
    if (trouble && trouble.code !== 'RATE_LIMITED') void session.renew();
    else void session.restore();
  });
  return () => subscription.remove();
}
