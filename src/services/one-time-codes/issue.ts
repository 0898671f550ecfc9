import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { OneTimeCodePurpose } from '../../entities/one-time-code.js';
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
}

/** A code that was made. */
export interface IssuedCode {
  id: string;
  keyId: string;
  codeExpiresAt: Date;
  linkExpiresAt: Date;
}

const ISSUE = `
  INSERT INTO one_time_codes (purpose, address, id, user_id, key_id, attempts, issued_at, code_expires_at, link_expires_at)
  VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?)
  ON CONFLICT (purpose, address) DO UPDATE SET
    id = excluded.id, user_id = excluded.user_id, key_id = excluded.key_id, attempts = 0, issued_at = excluded.issued_at,
    code_expires_at = excluded.code_expires_at, link_expires_at = excluded.link_expires_at, consumed_at = NULL`;

/** Makes the one live code of an address; an earlier one, its link included, is dead from then on. */
export async function issueCode(em: EntityManager, keys: SecretKeys, code: NewCode): Promise<IssuedCode> {
  const issued: IssuedCode = {
    id: randomUUID(),
    keyId: keys.currentId,
    codeExpiresAt: addSeconds(code.now, code.codeTtl),
    linkExpiresAt: addSeconds(code.now, code.linkTtl),
  };
  const { id, keyId, codeExpiresAt, linkExpiresAt } = issued;
  await em.execute(ISSUE, [code.purpose, code.address, id, code.userId, keyId, code.now, codeExpiresAt, linkExpiresAt]);
  return issued;
}
