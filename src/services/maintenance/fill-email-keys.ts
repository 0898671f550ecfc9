import { type EntityManager, UniqueConstraintViolationException } from '@mikro-orm/postgresql';
import { emailKey } from '../../lib/email-key.js';
import { run, type Sql, sql } from '../../lib/sql.js';
import type { UseCaseContext } from '../use-case.js';

type Needs = Pick<UseCaseContext, 'em' | 'settings' | 'logger'>;

interface Account {
  id: string;
  email: string;
}

/** Result of `fillEmailKeys`. */
export interface EmailKeysFilled {
  filled: number;
  /** Accounts whose key another account has. They are left unchanged. */
  clashes: number;
}

const BATCH = 500;
/** A concurrent sign-up or address change may take a key. The batch is then attempted again. */
const TRIES = 5;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

const findStatement = (verified: boolean, after: string): Sql => sql`
  SELECT id, email FROM users
  WHERE email_key IS NULL AND id > ${after} AND (email_verified_at IS NOT NULL) = ${verified} ORDER BY id LIMIT ${BATCH}`;

/**
 * Among clashes within the batch, the first account gets the key. An address that changed in the meantime already has
 * its key.
 */
const fillStatement = (ids: string[], emails: string[], keys: string[]): Sql => sql`
  UPDATE users SET email_key = given.key
  FROM (
    SELECT DISTINCT ON (key) id, email, key FROM unnest(${ids}::uuid[], ${emails}::text[], ${keys}::text[]) AS row (id, email, key)
    ORDER BY key, id) AS given
  WHERE users.id = given.id AND users.email = given.email AND users.email_key IS NULL
    AND NOT EXISTS (SELECT FROM users other WHERE other.email_key = given.key)
  RETURNING users.id`;

async function fillBatch(em: EntityManager, accounts: readonly Account[]): Promise<number> {
  const emails = accounts.map(({ email }) => email);
  const ids = accounts.map(({ id }) => id);
  const statement = fillStatement(ids, emails, emails.map(emailKey));
  for (let tries = 1; ; tries += 1) {
    try {
      return (await run(em, statement)).length;
    } catch (error) {
      if (!(error instanceof UniqueConstraintViolationException) || tries === TRIES) throw error;
    }
  }
}

async function fillAll(em: EntityManager, verified: boolean): Promise<EmailKeysFilled> {
  const sum = { filled: 0, clashes: 0 };
  for (let last = FIRST_ID; ; ) {
    const accounts = await run<Account>(em, findStatement(verified, last));
    const filled = accounts.length === 0 ? 0 : await fillBatch(em, accounts);
    sum.filled += filled;
    sum.clashes += accounts.length - filled;
    last = accounts.at(-1)?.id ?? last;
    if (accounts.length < BATCH) return sum;
  }
}

/**
 * Fills in the comparison keys of accounts created before EMAIL_DEDUPLICATION was switched on, those with a verified
 * address first. Each batch is a statement of its own, so several replicas can run this at once, and an interrupted run
 * continues at the next start.
 */
export async function fillEmailKeys({ em, settings, logger }: Needs): Promise<EmailKeysFilled> {
  if (settings.emailDeduplication === 'off') return { filled: 0, clashes: 0 };
  const [verified, others] = [await fillAll(em, true), await fillAll(em, false)];
  const sum = { filled: verified.filled + others.filled, clashes: verified.clashes + others.clashes };
  if (sum.clashes > 0) logger.warn(sum, 'some accounts share a mailbox and were left unchanged');
  else if (sum.filled > 0) logger.info(sum, 'comparison keys were filled in for addresses');
  return sum;
}
