import { HOTP, Secret, TOTP } from 'otpauth';
import { equalInConstantTime } from '../../lib/constant-time.js';

/** The secret that an authenticator app shares with us. */
export type Seed = Secret;

/** What every app can do: others ignore what an address says about hash, length and time (RFC 6238). */
const APP = { algorithm: 'SHA1', digits: 6 };
const STEP_SECONDS = 30;
/** 160 bits, as RFC 4226 (4, R6) recommends. */
const SEED_BYTES = 20;

/** A new random seed. */
export function newSeed(): Seed {
  return new Secret({ size: SEED_BYTES });
}

/** The seed that a person typed, or that we kept, as base32. */
export function seedOf(base32: string): Seed {
  return Secret.fromBase32(base32);
}

/** The number of the time step that holds at a moment. */
export function stepAt(moment: Date): number {
  return Math.floor(moment.getTime() / 1_000 / STEP_SECONDS);
}

/** The code of a time step (RFC 4226, with the step as its counter). */
export function codeAt(seed: Seed, step: number): string {
  return HOTP.generate({ ...APP, secret: seed, counter: step });
}

/**
 * The newest step, among those that are at most `window` away from now, whose code this is. Each of them is computed and
 * compared, so that the time says nothing about which one it was.
 */
export function matchingStep(seed: Seed, code: string, now: Date, window: number): number | undefined {
  const typed = Buffer.from(code);
  const present = stepAt(now);
  const steps = Array.from({ length: 2 * window + 1 }, (_, index) => present - window + index);
  return steps.filter((step) => equalInConstantTime(Buffer.from(codeAt(seed, step)), typed)).at(-1);
}

/** The address that an app reads from a QR code. */
export function otpauthUri(seed: Seed, account: { issuer: string; label: string }): string {
  return new TOTP({ ...APP, ...account, period: STEP_SECONDS, secret: seed }).toString();
}
