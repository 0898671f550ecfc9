import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { OneTimeCodePurpose } from '../../entities/one-time-code.js';
import { equalInConstantTime } from '../../lib/constant-time.js';
import type { SecretKeys } from '../../lib/secret-keys.js';
import { run, sql } from '../../lib/sql.js';
import { type Problem, problem } from '../../problems.js';
import { deriveCode, readToken } from './derive.js';

/** A consumed code and its owner. */
export interface ConsumedCode {
  kind: 'consumed';
  userId: string;
  address: string;
  issuedAt: Date;
}

interface CodeRow {
  id: string;
  user_id: string | null;
  key_id: string;
  attempts: number;
  alive: boolean;
}

/**
 * Counts the attempt before anything is compared, for addresses with and without a code alike (ASVS 6.6.3). A row
 * created here was issued long ago: an attempt starts no cool-down for an address with a code, so it must start none
 * for one without.
 */
const countAttempt = ({ purpose, address, now, maxAttempts }: CodeTry, keyId: string) => sql`
  INSERT INTO one_time_codes AS code (purpose, address, id, key_id, attempts, issued_at, code_expires_at, link_expires_at)
  VALUES (${purpose}, ${address}, ${randomUUID()}, ${keyId}, 1, ${LONG_AGO}, ${now}, ${now})
  ON CONFLICT (purpose, address) DO UPDATE SET attempts = LEAST(code.attempts + 1, ${maxAttempts + 1})
  RETURNING code.id, code.user_id, code.key_id, code.attempts,
    (code.consumed_at IS NULL AND code.user_id IS NOT NULL AND code.code_expires_at > ${now}) AS alive`;

const LONG_AGO = new Date(0);

/** A consumed code counts from zero again, as an address without a code does. */
const consumeStatement = (purpose: OneTimeCodePurpose, id: string, now: Date) => sql`
  UPDATE one_time_codes SET consumed_at = ${now}, attempts = 0
  WHERE purpose = ${purpose} AND id = ${id} AND user_id IS NOT NULL AND consumed_at IS NULL AND link_expires_at > ${now}
  RETURNING user_id, address, issued_at`;

interface Consumed {
  user_id: string;
  address: string;
  issued_at: string;
}

async function consume(
  em: EntityManager,
  purpose: OneTimeCodePurpose,
  id: string,
  now: Date,
): Promise<ConsumedCode | undefined> {
  const [row] = await run<Consumed>(em, consumeStatement(purpose, id, now));
  if (row === undefined) return undefined;
  return { kind: 'consumed', userId: row.user_id, address: row.address, issuedAt: new Date(row.issued_at) };
}

/** An attempt to use a code. */
export interface CodeTry {
  purpose: OneTimeCodePurpose;
  address: string;
  code: string;
  now: Date;
  maxAttempts: number;
}

/**
 * Consumes the code of an address. Wrong, used, expired, superseded and unknown codes get one answer, which states how
 * many attempts are left before a new code is needed. Run it in the transaction of the change that the code permits.
 */
export async function consumeCode(
  em: EntityManager,
  keys: SecretKeys,
  attempt: CodeTry,
): Promise<ConsumedCode | Problem<'CODE_INVALID'>> {
  const { purpose, address, now, maxAttempts } = attempt;
  const [row] = await run<CodeRow>(em, countAttempt(attempt, keys.currentId));
  if (row === undefined) throw new Error('Counting an attempt returned no row.');
  // A code whose secret was rotated out is as invalid as an expired one.
  const keyId = keys.holds(row.key_id) ? row.key_id : undefined;
  const expected = deriveCode(keys, { id: row.id, purpose, address, keyId: keyId ?? keys.currentId });
  const matches = keyId !== undefined && equalInConstantTime(Buffer.from(expected), Buffer.from(attempt.code));
  if (matches && row.alive && row.attempts <= maxAttempts) {
    const consumed = await consume(em, purpose, row.id, now);
    if (consumed !== undefined) return consumed;
  }
  return problem('CODE_INVALID', { attemptsLeft: Math.max(0, maxAttempts - row.attempts) });
}

/** Consumes the token of a link. Every invalid token gets the same answer. */
export async function consumeToken(
  em: EntityManager,
  keys: SecretKeys,
  attempt: { purpose: OneTimeCodePurpose; token: string; now: Date },
): Promise<ConsumedCode | Problem<'TOKEN_INVALID'>> {
  const id = readToken(keys, attempt.purpose, attempt.token);
  const consumed = id === undefined ? undefined : await consume(em, attempt.purpose, id, attempt.now);
  return consumed ?? problem('TOKEN_INVALID');
}

/**
 * Returns the address of a token, valid or not. It takes no lock, for callers that must lock other codes before the
 * token's.
 */
export async function addressOfToken(
  em: EntityManager,
  keys: SecretKeys,
  { purpose, token }: { purpose: OneTimeCodePurpose; token: string },
): Promise<string | undefined> {
  const id = readToken(keys, purpose, token);
  if (id === undefined) return undefined;
  const statement = sql`SELECT address FROM one_time_codes WHERE purpose = ${purpose} AND id = ${id}`;
  const [row] = await run<{ address: string }>(em, statement);
  return row?.address;
}
