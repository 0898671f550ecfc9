/** Why the gateway cannot be asked, and the time of the next attempt in milliseconds since 1970. */
export interface Trouble {
  /** `NETWORK`: no answer, or not the gateway's. */
  code: 'NETWORK' | 'RATE_LIMITED' | 'TEMPORARILY_UNAVAILABLE';
  retryAt: number;
}

/**
 * The gateway could not be asked, or its answer was lost. The session is unchanged. An operation whose answer was lost may have
 * been carried out.
 */
export class AuthTroubleError extends Error {
  override readonly name = 'AuthTroubleError';
  /** Why the gateway could not be asked. */
  readonly code: Trouble['code'];
  /** When to try again, in milliseconds since 1970. */
  readonly retryAt: number;

  constructor({ code, retryAt }: Trouble, cause?: unknown) {
    super(`The gateway cannot be asked now: ${code}`, { cause });
    this.code = code;
    this.retryAt = retryAt;
  }
}
