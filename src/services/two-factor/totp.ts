import { HOTP, Secret, TOTP } from 'otpauth';
import { equalInConstantTime } from '../../lib/constant-time.js';

/** The secret shared with an authenticator app. */
export type Seed = Secret;

/** Parameters that every app supports. Some apps ignore the algorithm, length and period in the URI (RFC 6238). */
const APP = { algorithm: 'SHA1', digits: 6 };
const STEP_SECONDS = 30;
/** 160 bits, as RFC 4226 (4, R6) recommends. */
const SEED_BYTES = 20;

/** Creates a random seed. */
export function newSeed(): Seed {
  return new Secret({ size: SEED_BYTES });
}

/** Reads a seed from base32, as a person typed it or as it was stored. */
export function seedOf(base32: string): Seed {
  return Secret.fromBase32(base32);
}

/** Returns the number of the time step at a moment. */
export function stepAt(moment: Date): number {
  return Math.floor(moment.getTime() / 1_000 / STEP_SECONDS);
}

/** Returns the code of a time step (RFC 4226, with the step as its counter). */
export function codeAt(seed: Seed, step: number): string {
  return HOTP.generate({ ...APP, secret: seed, counter: step });
}

/**
 * Returns the newest step within `window` steps of now that has this code. Every step is computed and compared, so that
 * timing reveals nothing about the matching one.
 */
export function matchingStep(seed: Seed, code: string, now: Date, window: number): number | undefined {
  const typed = Buffer.from(code);
  const present = stepAt(now);
  const steps = Array.from({ length: 2 * window + 1 }, (_, index) => present - window + index);
  return steps.filter((step) => equalInConstantTime(Buffer.from(codeAt(seed, step)), typed)).at(-1);
}

/** Returns the URI that an app reads from a QR code. */
export function otpauthUri(seed: Seed, account: { issuer: string; label: string }): string {
  return new TOTP({ ...APP, ...account, period: STEP_SECONDS, secret: seed }).toString();
}
