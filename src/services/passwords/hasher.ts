import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { createGate, type Gate } from '../../lib/gate.js';
import { hangUpSignal, requestClient } from '../../lib/request-scope.js';
import { ProblemError, problem } from '../../problems.js';
import type { Argon2, Argon2Parameters } from './argon2.js';

/** OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane. */
export const PASSWORD_HASH_COST: Argon2Parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** How many hashes may wait for each that runs; more would wait longer than a person does. */
const QUEUE_PER_PLACE = 32;
/** What a client that was shed is told to wait. */
const RETRY_AFTER_SECONDS = 2;

/** Hashes and checks passwords, as many at once as there are cores. Past its queue it raises TEMPORARILY_UNAVAILABLE; who hangs up waits no more. */
export interface PasswordHasher {
  hash(password: string): Promise<string>;
  /** Checks against `hash`; without one it does the same work and answers false, so that time tells nothing. */
  verify(hash: string | undefined, password: string): Promise<boolean>;
  /** Whether a hash was made with less cost than is asked for today. */
  isOutdated(hash: string): boolean;
  /** How many hashes run and wait. */
  load: Gate['load'];
}

/** NIST SP 800-63B-4: Unicode passwords are normalised to NFC before hashing, and nothing else is done to them. */
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

/** Builds the hasher; `cost` is lowered by tests only. */
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
