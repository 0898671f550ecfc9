import type { AuthSession, AuthSessionOptions } from './auth-session.js';
import { Session } from './session/session.js';

/** Creates the session of an app. It sends and opens nothing before `restore` or the first operation. */
export function createAuthSession(options: AuthSessionOptions): AuthSession {
  return new Session(options);
}
