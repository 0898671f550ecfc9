import { randomUUID } from 'node:crypto';
import { type EntityManager, LockMode } from '@mikro-orm/postgresql';
import { OneTimeCode, type OneTimeCodePurpose } from '../../entities/one-time-code.js';
import { addSeconds } from '../../lib/clock.js';
import type { SecretKeys } from '../../lib/secret-keys.js';

/** A code to be made. */
export interface NewCode {
  purpose: OneTimeCodePurpose;
  address: string;
  /** Whose it is; `null` makes a decoy, which counts tries and never succeeds. */
  userId: string | null;
  now: Date;
  /** Lives in seconds. */
  codeTtl: number;
  linkTtl: number;
  /**
   * A code that was issued after this moment hands its tries and its cool-down on to the new one. Else the count would tell
   * whether an address got a new code, and so whether it has an account.
   */
  countOnSince?: Date;
  /**
   * The locked row before it. While its link works, the new mail carries the same code and link, so that nobody can void
   * what the owner of the address was mailed by asking again. Absent where the former code must die.
   */
  previous?: OneTimeCode | null;
}

/** A code that was made. */
export interface IssuedCode {
  id: string;
  /** Whose it is; null for a decoy, and where the account was deleted in the meantime. */
  userId: string | null;
  keyId: string;
  codeExpiresAt: Date;
  linkExpiresAt: Date;
}

const ISSUE = `
  INSERT INTO one_time_codes AS code (purpose, address, id, user_id, key_id, attempts, issued_at, code_expires_at, link_expires_at)
  VALUES (?, ?, ?, (SELECT id FROM users WHERE id = ? FOR KEY SHARE), ?, 0, ?, ?, ?)
  ON CONFLICT (purpose, address) DO UPDATE SET
    id = excluded.id, user_id = excluded.user_id, key_id = excluded.key_id,
    attempts = CASE WHEN code.issued_at > ? THEN code.attempts ELSE 0 END,
    issued_at = CASE WHEN code.issued_at > ? THEN code.issued_at ELSE excluded.issued_at END,
    code_expires_at = excluded.code_expires_at, link_expires_at = excluded.link_expires_at, consumed_at = NULL
  RETURNING user_id`;

/** The id and key of the code before, while its link works for the same user. */
function livingIdentity(
  keys: SecretKeys,
  { previous, userId, now }: NewCode,
): { id: string; keyId: string } | undefined {
  if (previous == null || previous.consumedAt !== null || previous.linkExpiresAt <= now) return undefined;
  if ((previous.user?.id ?? null) !== userId || !keys.holds(previous.keyId)) return undefined;
  return { id: previous.id, keyId: previous.keyId };
}

/**
 * Makes the one live code of an address. An earlier one, its link included, is dead from then on, unless `previous` is
 * given and lives: then it lives on with its times renewed.
 */
export async function issueCode(em: EntityManager, keys: SecretKeys, code: NewCode): Promise<IssuedCode> {
  const issued = {
    ...(livingIdentity(keys, code) ?? { id: randomUUID(), keyId: keys.currentId }),
    codeExpiresAt: addSeconds(code.now, code.codeTtl),
    linkExpiresAt: addSeconds(code.now, code.linkTtl),
  };
  const { id, keyId, codeExpiresAt, linkExpiresAt } = issued;
  const { purpose, address, userId, now, countOnSince = now } = code;
  const values = [purpose, address, id, userId, keyId, now, codeExpiresAt, linkExpiresAt];
  const [row] = await em.execute<{ user_id: string | null }[]>(ISSUE, [...values, countOnSince, countOnSince]);
  return { ...issued, userId: row?.user_id ?? null };
}

/**
 * The code of an address, locked until the transaction ends, so that whoever issues or uses it takes turns. Lock it before
 * the user's row: everybody does, and so nobody waits in a circle.
 */
export async function lockCode(
  em: EntityManager,
  purpose: OneTimeCodePurpose,
  address: string,
): Promise<OneTimeCode | null> {
  return await em.findOne(OneTimeCode, { purpose, address }, { lockMode: LockMode.PESSIMISTIC_WRITE });
}

const LONG_AGO = new Date(0);
// Writes a row that is there over with itself, which locks it: the purge could delete it before it is read.
const MAKE_ROOM = `
  INSERT INTO one_time_codes (purpose, address, id, key_id, attempts, issued_at, code_expires_at, link_expires_at)
  VALUES (?, ?, ?, ?, 0, ?, ?, ?)
  ON CONFLICT (purpose, address) DO UPDATE SET attempts = one_time_codes.attempts`;

/** As `lockCode`; where an address has no code yet, a dead one is made to take turns by: of requests that come at once, one mails. */
export async function lockOrMakeCode(
  em: EntityManager,
  keys: SecretKeys,
  purpose: OneTimeCodePurpose,
  address: string,
): Promise<OneTimeCode> {
  await em.execute(MAKE_ROOM, [purpose, address, randomUUID(), keys.currentId, LONG_AGO, LONG_AGO, LONG_AGO]);
  return await em.findOneOrFail(OneTimeCode, { purpose, address }, { lockMode: LockMode.PESSIMISTIC_WRITE });
}
