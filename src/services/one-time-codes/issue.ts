import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { OneTimeCode, type OneTimeCodePurpose } from '../../entities/one-time-code.js';
import { addSeconds } from '../../lib/clock.js';
import type { SecretKeys } from '../../lib/secret-keys.js';
import { run, type Sql, sql, sqlText } from '../../lib/sql.js';
import { lockOne, lockRows, PREVENT_DELETION } from '../locks.js';

/** A code to be issued. */
export interface NewCode {
  purpose: OneTimeCodePurpose;
  address: string;
  /** The owner. `null` issues a decoy, which counts attempts and never succeeds. */
  userId: string | null;
  now: Date;
  /** Lifetimes in seconds. */
  codeTtl: number;
  linkTtl: number;
  /**
   * A code issued after this moment passes its attempts and its cool-down on to the new one. Otherwise the count would
   * reveal whether an address got a new code, and thus whether it has an account.
   */
  countOnSince?: Date;
  /**
   * The locked previous row. While its link is valid, the new mail carries the same code and link, so that a repeated
   * request cannot invalidate what the owner was mailed. Omit it if the former code must become invalid.
   */
  previous?: OneTimeCode | null;
  /** The transaction has just created the address, so there is no code of it, which would have to be locked earlier. */
  isNewAddress?: boolean;
}

/** An issued code. */
export interface IssuedCode {
  id: string;
  /** The owner; null for a decoy, and if the account was deleted in the meantime. */
  userId: string | null;
  keyId: string;
  codeExpiresAt: Date;
  linkExpiresAt: Date;
}

/** Returns the id and key of the previous code, and the end of its link, while that is valid for the same user. */
function livingIdentity(
  keys: SecretKeys,
  { previous, userId, now }: NewCode,
): Pick<OneTimeCode, 'id' | 'keyId' | 'linkExpiresAt'> | undefined {
  if (previous == null || previous.consumedAt !== null || previous.linkExpiresAt <= now) return undefined;
  if ((previous.user?.id ?? null) !== userId || !keys.holds(previous.keyId)) return undefined;
  const { id, keyId, linkExpiresAt } = previous;
  return { id, keyId, linkExpiresAt };
}

/** A code that is to be issued, and the statement that does it. */
export interface PreparedCode {
  code: Omit<IssuedCode, 'userId'>;
  /** Returns the `user_id` of the issued code. */
  statement: Sql;
}

const replacePrevious = (countOnSince: Date) => sql`
  ON CONFLICT (purpose, address) DO UPDATE SET
    id = excluded.id, user_id = excluded.user_id, key_id = excluded.key_id,
    attempts = CASE WHEN code.issued_at > ${countOnSince} THEN code.attempts ELSE 0 END,
    issued_at = CASE WHEN code.issued_at > ${countOnSince} THEN code.issued_at ELSE excluded.issued_at END,
    code_expires_at = excluded.code_expires_at, link_expires_at = excluded.link_expires_at, consumed_at = NULL`;

/**
 * Prepares the only valid code of an address. An earlier code and its link become invalid, unless `previous` is given and
 * valid: then it stays valid with renewed times, and its link never expires earlier than before. With `onlyForUser`,
 * nothing is issued if the user does not exist.
 */
export function prepareCode(keys: SecretKeys, code: NewCode, { onlyForUser = false } = {}): PreparedCode {
  const living = livingIdentity(keys, code);
  const linkEnd = addSeconds(code.now, code.linkTtl);
  const issued = {
    id: living?.id ?? randomUUID(),
    keyId: living?.keyId ?? keys.currentId,
    codeExpiresAt: addSeconds(code.now, code.codeTtl),
    // A short-lived reset must not end an invitation, which has the same link.
    linkExpiresAt: living !== undefined && living.linkExpiresAt > linkEnd ? living.linkExpiresAt : linkEnd,
  };
  const { id, keyId, codeExpiresAt, linkExpiresAt } = issued;
  const { purpose, address, userId, now, countOnSince = now, isNewAddress = false } = code;
  const owner = sql`(SELECT id FROM users WHERE id = ${userId} ${PREVENT_DELETION})`;
  const source = onlyForUser ? owner : sql`(SELECT ${owner} AS id)`;
  const statement = sql`
    INSERT INTO one_time_codes AS code
      (purpose, address, id, user_id, key_id, attempts, issued_at, code_expires_at, link_expires_at)
    SELECT ${purpose}, ${address}, ${id}, owner.id, ${keyId}, 0, ${now}, ${codeExpiresAt}, ${linkExpiresAt}
    FROM ${source} AS owner ${isNewAddress ? sql`` : replacePrevious(countOnSince)}
    RETURNING user_id`;
  return { code: issued, statement };
}

/** Issues the code that `prepareCode` prepares. */
export async function issueCode(em: EntityManager, keys: SecretKeys, code: NewCode): Promise<IssuedCode> {
  const { code: issued, statement } = prepareCode(keys, code);
  const [row] = await run<{ user_id: string | null }>(em, statement);
  return { ...issued, userId: row?.user_id ?? null };
}

/**
 * Returns the code of an address, locked until the transaction ends, so that transactions that issue or use it take
 * turns. Lock it before the user's row, in the common order, so that transactions cannot deadlock.
 */
export async function lockCode(
  em: EntityManager,
  purpose: OneTimeCodePurpose,
  address: string,
): Promise<OneTimeCode | null> {
  return await lockOne(em, OneTimeCode, { purpose, address });
}

const COLUMNS = sqlText(
  'purpose, address, id, user_id, key_id, attempts, issued_at, code_expires_at, link_expires_at, consumed_at',
);

/** Returns the statement of `lockCode`, which returns the columns of the code. */
export function codeLock(purpose: OneTimeCodePurpose, address: string): Sql {
  return lockRows('one_time_codes', sql`purpose = ${purpose} AND address = ${address}`, { columns: COLUMNS });
}

const LONG_AGO = new Date(0);
// An existing row is overwritten with itself, which locks it. Otherwise the purge could delete it before it is read.
const makeRoom = ({ currentId }: SecretKeys, purpose: OneTimeCodePurpose, address: string) => sql`
  INSERT INTO one_time_codes (purpose, address, id, key_id, attempts, issued_at, code_expires_at, link_expires_at)
  VALUES (${purpose}, ${address}, ${randomUUID()}, ${currentId}, 0, ${LONG_AGO}, ${LONG_AGO}, ${LONG_AGO})
  ON CONFLICT (purpose, address) DO UPDATE SET attempts = one_time_codes.attempts`;

/**
 * As `lockCode`, but creates an expired code if the address has none. Concurrent requests thus take turns, and only one
 * of them sends mail.
 */
export async function lockOrMakeCode(
  em: EntityManager,
  keys: SecretKeys,
  purpose: OneTimeCodePurpose,
  address: string,
): Promise<OneTimeCode> {
  await run(em, makeRoom(keys, purpose, address));
  const code = await lockCode(em, purpose, address);
  if (code === null) throw new Error('A locked code was deleted.');
  return code;
}
