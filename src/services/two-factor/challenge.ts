import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { TwoFactorChallenge } from '../../entities/two-factor-challenge.js';
import type { User } from '../../entities/user.js';
import { addSeconds } from '../../lib/clock.js';
import type { SecretKeys } from '../../lib/secret-keys.js';
import { uuidFromBytes, uuidToBytes } from '../../lib/uuid.js';
import type { UseCaseContext } from '../use-case.js';

/** The first factor was right; the second one is asked for. */
export interface TwoFactorRequired {
  kind: 'two-factor-required';
  challenge: string;
  expiresAt: Date;
}

/** How the session is to begin once the second factor is proven. */
export interface PendingSignIn {
  user: User;
  rememberMe: boolean;
  deviceName: string | null;
  tokenDelivery: 'COOKIE' | 'BODY';
  firstMethods: string[];
  /** When the first step was passed; now, where it is this call that passes it. */
  firstProvenAt?: Date;
}

/** A challenge that was tried in time. */
export interface TriedChallenge {
  id: string;
  userId: string;
  rememberMe: boolean;
  deviceName: string | null;
  tokenDelivery: 'COOKIE' | 'BODY';
  firstMethods: string[];
  /** When the first step was passed. */
  firstProvenAt: Date;
  passwordChangedAt: Date;
  attemptsLeft: number;
}

type Needs = Pick<UseCaseContext, 'secretKeys' | 'client' | 'clock'>;

const LIFE_SECONDS = 300;
const MOST_ATTEMPTS = 5;
const ID_BYTES = 16;
const TAG_BYTES = 32;
const TOKEN = /^[A-Za-z0-9_-]{64}$/;

/** The try counts before its code is compared, so that parallel ones count as well. */
const TRY = `
  UPDATE two_factor_challenges SET attempts = attempts + 1
  WHERE id = ? AND client_key = ? AND consumed_at IS NULL AND expires_at > ? AND attempts < ${MOST_ATTEMPTS}
  RETURNING id, user_id, remember_me, device_name, token_delivery, first_methods, password_changed_at, created_at,
    attempts`;
const CONSUME = 'UPDATE two_factor_challenges SET consumed_at = ? WHERE id = ? AND consumed_at IS NULL RETURNING id';

/** What ties a challenge to the client that passed the first step; its network may change on the way. */
function clientKey({ secretKeys, client }: Needs): string {
  return secretKeys.authenticate('two-factor-challenge', ['client', client.userAgent ?? '']).toString('base64url');
}

function writeChallenge(keys: SecretKeys, id: string): string {
  const bytes = uuidToBytes(id);
  return Buffer.concat([bytes, keys.authenticate('two-factor-challenge', [bytes])]).toString('base64url');
}

/** The id in a challenge that we wrote; anything else gives `undefined` before the database is asked. */
export function readChallenge(keys: SecretKeys, challenge: string): string | undefined {
  if (!TOKEN.test(challenge)) return undefined;
  const bytes = Buffer.from(challenge, 'base64url');
  const id = bytes.subarray(0, ID_BYTES);
  const tag = bytes.subarray(ID_BYTES);
  return tag.length === TAG_BYTES && keys.verify('two-factor-challenge', [id], tag) ? uuidFromBytes(id) : undefined;
}

/** Asks for the second factor of somebody who proved the first; opens nothing by itself (ASVS 2.3.1). */
export async function issueChallenge(
  em: EntityManager,
  context: Needs,
  pending: PendingSignIn,
): Promise<TwoFactorRequired> {
  const now = context.clock.now();
  const id = randomUUID();
  const { user, firstProvenAt = now, ...begin } = pending;
  const expiresAt = addSeconds(now, LIFE_SECONDS);
  const { passwordChangedAt } = user;
  await em.insert(TwoFactorChallenge, {
    id,
    user: user.id,
    clientKey: clientKey(context),
    ...begin,
    passwordChangedAt,
    createdAt: firstProvenAt,
    expiresAt,
  });
  return { kind: 'two-factor-required', challenge: writeChallenge(context.secretKeys, id), expiresAt };
}

/** Counts a try of a challenge; undefined for one that is wrong, used, expired, out of tries or another client's. */
export async function tryChallenge(
  em: EntityManager,
  context: Needs,
  challenge: string,
): Promise<TriedChallenge | undefined> {
  const id = readChallenge(context.secretKeys, challenge);
  if (id === undefined) return undefined;
  const values = [id, clientKey(context), context.clock.now()];
  const [row] = await em.execute<Record<string, unknown>[]>(TRY, values);
  if (row === undefined) return undefined;
  return {
    id,
    userId: row.user_id,
    rememberMe: row.remember_me,
    deviceName: row.device_name,
    tokenDelivery: row.token_delivery,
    firstMethods: row.first_methods,
    firstProvenAt: new Date(row.created_at as string),
    passwordChangedAt: new Date(row.password_changed_at as string),
    attemptsLeft: MOST_ATTEMPTS - (row.attempts as number),
  } as TriedChallenge;
}

/** Uses the challenge up; false when it was used in the meantime. */
export async function consumeChallenge(em: EntityManager, id: string, now: Date): Promise<boolean> {
  return (await em.execute<unknown[]>(CONSUME, [now, id])).length > 0;
}
