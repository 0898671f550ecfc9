import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { TwoFactorChallenge } from '../../entities/two-factor-challenge.js';
import { addSeconds } from '../../lib/clock.js';
import type { SecretKeys } from '../../lib/secret-keys.js';
import { run, sql } from '../../lib/sql.js';
import { uuidFromBytes, uuidToBytes } from '../../lib/uuid.js';
import type { UseCaseContext } from '../use-case.js';
import type { SignInUser } from '../users/user-columns.js';

/** The first factor is verified, and the second one is required. */
export interface TwoFactorRequired {
  kind: 'two-factor-required';
  challenge: string;
  expiresAt: Date;
}

/**
 * What a challenge keeps for the caller of the second step, which does not state it again. The services store it, and
 * do not read it.
 */
export interface ChallengeNote {
  tokenDelivery: TwoFactorChallenge['tokenDelivery'];
}

/** Parameters of the session that begins once the second factor is verified. */
export interface PendingSignIn extends ChallengeNote {
  user: SignInUser;
  rememberMe: boolean;
  deviceName: string | null;
  firstMethods: string[];
  /** Time at which the first step was completed. Defaults to now. */
  firstProvenAt?: Date;
}

/** A valid challenge whose attempt was counted. */
export interface TriedChallenge extends ChallengeNote {
  id: string;
  userId: string;
  rememberMe: boolean;
  deviceName: string | null;
  firstMethods: string[];
  /** Time at which the first step was completed. */
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

/** The attempt is counted before its code is compared, so that parallel attempts count too. */
const countAttempt = (id: string, client: string, now: Date) => sql`
  UPDATE two_factor_challenges SET attempts = attempts + 1
  WHERE id = ${id} AND client_key = ${client} AND consumed_at IS NULL AND expires_at > ${now} AND attempts < ${MOST_ATTEMPTS}
  RETURNING id, user_id, remember_me, device_name, token_delivery, first_methods, password_changed_at, created_at,
    attempts`;
const consume = (id: string, now: Date) =>
  sql`UPDATE two_factor_challenges SET consumed_at = ${now} WHERE id = ${id} AND consumed_at IS NULL RETURNING id`;

/**
 * Returns the key that binds a challenge to the client of the first step. The client's network may change in between.
 */
function clientKey({ secretKeys, client }: Needs): string {
  return secretKeys.authenticate('two-factor-challenge', ['client', client.userAgent ?? '']).toString('base64url');
}

function writeChallenge(keys: SecretKeys, id: string): string {
  const bytes = uuidToBytes(id);
  return Buffer.concat([bytes, keys.authenticate('two-factor-challenge', [bytes])]).toString('base64url');
}

/** Returns the id in a challenge issued by the gateway. Anything else returns `undefined` without a query. */
export function readChallenge(keys: SecretKeys, challenge: string): string | undefined {
  if (!TOKEN.test(challenge)) return undefined;
  const bytes = Buffer.from(challenge, 'base64url');
  const id = bytes.subarray(0, ID_BYTES);
  const tag = bytes.subarray(ID_BYTES);
  return tag.length === TAG_BYTES && keys.verify('two-factor-challenge', [id], tag) ? uuidFromBytes(id) : undefined;
}

/** Issues a challenge for the second factor once the first is verified. It grants no access by itself (ASVS 2.3.1). */
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

/**
 * Counts an attempt at a challenge. Returns undefined for one that is forged, used, expired, out of attempts or another
 * client's.
 */
export async function tryChallenge(
  em: EntityManager,
  context: Needs,
  challenge: string,
): Promise<TriedChallenge | undefined> {
  const id = readChallenge(context.secretKeys, challenge);
  if (id === undefined) return undefined;
  const [row] = await run(em, countAttempt(id, clientKey(context), context.clock.now()));
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

/** Consumes the challenge. Returns false if it was used in the meantime. */
export async function consumeChallenge(em: EntityManager, id: string, now: Date): Promise<boolean> {
  return (await run(em, consume(id, now))).length > 0;
}
