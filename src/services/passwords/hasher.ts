import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { createGate, type Gate } from '../../lib/gate.js';
import { hangUpSignal, requestClient } from '../../lib/request-scope.js';
import { ProblemError, problem } from '../../problems.js';
import type { Argon2, Argon2Parameters } from './argon2.js';

/** OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane. */
export const PASSWORD_HASH_COST: Argon2Parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Number of hashes that may wait for each running one. More would wait longer than a person does. */
const QUEUE_PER_PLACE = 32;
/** Retry delay for a client that was shed. */
const RETRY_AFTER_SECONDS = 2;

/**
 * Hashes and verifies passwords, as many at once as there are cores. A full queue raises TEMPORARILY_UNAVAILABLE. A
 * client that disconnects leaves the queue.
 */
export interface PasswordHasher {
  hash(password: string): Promise<string>;
  /** Verifies against `hash`. Without one it does the same work and returns false, so that timing reveals nothing. */
  verify(hash: string | undefined, password: string): Promise<boolean>;
  /** Returns whether a hash was made with a lower cost than the current one. */
  isOutdated(hash: string): boolean;
  /** Number of running and waiting hashes. */
  load: Gate['load'];
}

/** Normalises a password to NFC before hashing, and changes nothing else (NIST SP 800-63B-4). */
export function normalisePassword(password: string): string {
  return password.normalize('NFC');
}

function costOf(hash: string): Argon2Parameters | undefined {
  // Not every writer puts the parameters in the order m, t, p.
  const parameters = /^\$argon2id\$v=19\$((?:[mtp]=\d+,?){3})\$/.exec(hash)?.[1];
  if (parameters === undefined) return undefined;
  const parameter = (name: string) => Number(new RegExp(`${name}=(\\d+)`).exec(parameters)?.[1] ?? 0);
  return { memoryCost: parameter('m'), timeCost: parameter('t'), parallelism: parameter('p') };
}

/** Creates the hasher. Only tests lower `cost`. */
export async function createPasswordHasher(argon2: Argon2, cost = PASSWORD_HASH_COST): Promise<PasswordHasher> {
  const places = availableParallelism();
  const gate = createGate({ places, queueLimit: places * QUEUE_PER_PLACE, share: Math.max(1, places - 1) });
  const decoy = await argon2.hash(randomBytes(16).toString('hex'), cost);
  const throughGate = async <Result>(task: () => Promise<Result>): Promise<Result> => {
    const result = await gate.enter(task, hangUpSignal(), requestClient());
    if (result === 'full') {
      throw new ProblemError(problem('TEMPORARILY_UNAVAILABLE', { retryAfterSeconds: RETRY_AFTER_SECONDS }));
    }
    return result;
  };
  return {
    hash: (password) => throughGate(() => argon2.hash(normalisePassword(password), cost)),
    async verify(hash, password) {
      const matches = await throughGate(() => argon2.verify(hash ?? decoy, normalisePassword(password)));
      return hash !== undefined && matches;
    },
    isOutdated(hash) {
      const present = costOf(hash);
      return present === undefined || present.memoryCost < cost.memoryCost || present.timeCost < cost.timeCost;
    },
    load: gate.load,
  };
}
