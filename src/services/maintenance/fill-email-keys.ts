import { type EntityManager, UniqueConstraintViolationException } from '@mikro-orm/postgresql';
import { emailKey } from '../../lib/email-key.js';
import type { UseCaseContext } from '../use-case.js';

type Needs = Pick<UseCaseContext, 'em' | 'settings' | 'logger'>;

interface Account {
  id: string;
  email: string;
}

/** What became of the accounts that had no key. */
export interface EmailKeysFilled {
  filled: number;
  /** Accounts whose key another one has; they stay as they are. */
  clashes: number;
}

const BATCH = 500;
/** Of those that sign up or move in the same moment one takes a key, and the batch is looked at once more. */
const TRIES = 5;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

const FIND = (proven: boolean) => `
  SELECT id, email FROM users
  WHERE email_key IS NULL AND id > ? AND email_verified_at IS ${proven ? 'NOT NULL' : 'NULL'} ORDER BY id LIMIT ${BATCH}`;

/** Of the batch's own clashes the first one gets the key; an address that changed meanwhile brought its key along. */
const FILL = `
  UPDATE users SET email_key = given.key
  FROM (
    SELECT DISTINCT ON (key) id, email, key FROM unnest(?::uuid[], ?::text[], ?::text[]) AS row (id, email, key)
    ORDER BY key, id) AS given
  WHERE users.id = given.id AND users.email = given.email AND users.email_key IS NULL
    AND NOT EXISTS (SELECT FROM users other WHERE other.email_key = given.key)
  RETURNING users.id`;

function arrayOf(texts: readonly string[]): string {
  return `{${texts.map((text) => JSON.stringify(text)).join(',')}}`;
}

async function fillBatch(em: EntityManager, accounts: readonly Account[]): Promise<number> {
  const emails = accounts.map(({ email }) => email);
  const columns = [accounts.map(({ id }) => id), emails, emails.map(emailKey)].map(arrayOf);
  for (let tries = 1; ; tries += 1) {
    try {
      return (await em.execute<unknown[]>(FILL, columns)).length;
    } catch (error) {
      if (!(error instanceof UniqueConstraintViolationException) || tries === TRIES) throw error;
    }
  }
}

async function fillAll(em: EntityManager, proven: boolean): Promise<EmailKeysFilled> {
  const sum = { filled: 0, clashes: 0 };
  for (let last = FIRST_ID; ; ) {
    const accounts = await em.execute<Account[]>(FIND(proven), [last]);
    const filled = accounts.length === 0 ? 0 : await fillBatch(em, accounts);
    sum.filled += filled;
    sum.clashes += accounts.length - filled;
    last = accounts.at(-1)?.id ?? last;
    if (accounts.length < BATCH) return sum;
  }
}

/**
 * Gives the accounts from before EMAIL_DEDUPLICATION was switched on the keys that it compares, those with a proven address
 * first. Batches are statements of their own, so that several replicas may do it at once, and one that is cut off goes on at
 * its next start.
 */
export async function fillEmailKeys({ em, settings, logger }: Needs): Promise<EmailKeysFilled> {
  if (settings.emailDeduplication === 'off') return { filled: 0, clashes: 0 };
  const [proven, others] = [await fillAll(em, true), await fillAll(em, false)];
  const sum = { filled: proven.filled + others.filled, clashes: proven.clashes + others.clashes };
  if (sum.clashes > 0) logger.warn(sum, 'some accounts share a mailbox and were left unchanged');
  else if (sum.filled > 0) logger.info(sum, 'comparison keys were filled in for addresses');
  return sum;
}
