import { createHmac, hkdfSync, randomBytes } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { RecoveryCode } from '../../entities/recovery-code.js';
import { run, sql } from '../../lib/sql.js';
import { normalCode } from '../../lib/typed-code.js';
import type { Seed } from './totp.js';

/** Number of codes in a new set. */
const CODES = 10;
/** Crockford's base32: no letter looks like a digit, and 256 values are spread evenly over 32 characters. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** Five bits a character: 120 bits, which cannot be guessed however fast the hash is. */
const CODE_LENGTH = 24;
const GROUP = /.{4}(?=.)/g;

function newCode(): string {
  const signs = Array.from(randomBytes(CODE_LENGTH), (byte) => ALPHABET[byte % ALPHABET.length]);
  return signs.join('').replace(GROUP, '$&-');
}

/** Restores a code from what people type: other case, separators, O for 0, I and L for 1. */
function normalized(typed: string): string {
  return normalCode(typed).toUpperCase().replaceAll('O', '0').replace(/[IL]/g, '1');
}

/**
 * Hashes a code for storage. The key is derived from the seed, which is encrypted, so a reader of the database can
 * neither test nor create a code. The codes outlive a rotation of SECRET_KEY together with the seed.
 */
export function hashRecoveryCode(seed: Seed, userId: string, typed: string): string {
  const key = Buffer.from(hkdfSync('sha256', seed.bytes, userId, 'gatehouse:recovery-code', 32));
  return createHmac('sha256', key).update(normalized(typed)).digest('base64url');
}

/** Creates new codes and invalidates the previous ones. They are returned only here. */
export async function replaceRecoveryCodes(em: EntityManager, seed: Seed, userId: string): Promise<string[]> {
  const codes = Array.from({ length: CODES }, newCode);
  await em.nativeDelete(RecoveryCode, { user: userId });
  await em.insertMany(
    RecoveryCode,
    codes.map((code) => ({ user: userId, codeHash: hashRecoveryCode(seed, userId, code) })),
  );
  return codes;
}

/** Consumes a code and returns how many are left; undefined if it is unknown or was used before. */
export async function consumeRecoveryCode(
  em: EntityManager,
  attempt: { seed: Seed; userId: string; code: string; now: Date },
): Promise<{ codesLeft: number } | undefined> {
  const { seed, userId, code, now } = attempt;
  const used = await run(
    em,
    sql`UPDATE recovery_codes SET used_at = ${now}
      WHERE user_id = ${userId} AND code_hash = ${hashRecoveryCode(seed, userId, code)} AND used_at IS NULL
      RETURNING user_id`,
  );
  if (used.length === 0) return undefined;
  return { codesLeft: await em.count(RecoveryCode, { user: userId, usedAt: null }) };
}
