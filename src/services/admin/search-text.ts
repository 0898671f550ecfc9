import type { Query, Statement } from '../../lib/query.js';
import { type Sql, sql } from '../../lib/sql.js';
import type { UseCaseContext } from '../use-case.js';
import { comparedKey } from '../users/address-owner.js';

/** The shortest text for which an index of trigrams helps. */
const SHORTEST_ANYWHERE = 3;
/** The index can only appear by a migration, so an answer is kept for a while. */
const ASK_AGAIN_AFTER_MILLISECONDS = 60_000;

const FIND_INDEX: Statement = {
  name: 'trigram-index',
  text: `SELECT 1 FROM pg_index WHERE indexrelid = to_regclass('users_trigram_index') AND indisvalid`,
};

interface Known {
  hasIndex: Promise<boolean>;
  askedAt: number;
}

/** What is known of each database. */
const known = new WeakMap<Query, Known>();

/** Returns whether the migration could create the index that finds text anywhere. */
async function findsAnywhere({ query }: Pick<UseCaseContext, 'query'>): Promise<boolean> {
  const found = known.get(query);
  if (found !== undefined && performance.now() - found.askedAt <= ASK_AGAIN_AFTER_MILLISECONDS) {
    return await found.hasIndex;
  }
  const hasIndex = query(FIND_INDEX, []).then((rows) => rows.length > 0);
  known.set(query, { hasIndex, askedAt: performance.now() });
  hasIndex.catch(() => known.delete(query));
  return await hasIndex;
}

/** Returns the text as a pattern of LIKE that matches only itself. */
function literal(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}

/**
 * Returns the condition for accounts of which an address or a name contains the text. Most addresses have a domain that many
 * share, whose trigrams take long to read and exclude few: the index is asked for the part before it.
 */
function contains(text: string): Sql {
  const beforeDomain = text.slice(0, text.indexOf('@') + 1);
  const pattern = `%${literal(text)}%`;
  if (beforeDomain.length < SHORTEST_ANYWHERE || beforeDomain === text) {
    return sql`(email LIKE ${pattern} OR username_key LIKE ${pattern} OR display_name ILIKE ${pattern})`;
  }
  const part = `%${literal(beforeDomain)}%`;
  // No username has an @. The functions keep the index from being asked for the whole text too.
  return sql`(email LIKE ${part} AND strpos(email, ${text}) > 0
    OR display_name ILIKE ${part} AND lower(display_name) LIKE ${pattern})`;
}

type Needs = Pick<UseCaseContext, 'query' | 'settings'>;

/**
 * Returns the condition for accounts that a text names: the address, its comparison key or the username begins with it, or,
 * where the index of trigrams exists, one of them or the display name contains it.
 */
export async function textCondition(context: Needs, text: string): Promise<Sql> {
  const folded = text.toLowerCase();
  const prefix = `${literal(folded)}%`;
  const keyPrefix = text.includes('@') ? `${literal(comparedKey(context, folded) ?? folded)}%` : prefix;
  const begins = sql`email LIKE ${prefix} OR email_key LIKE ${keyPrefix} OR username_key LIKE ${prefix}`;
  if ([...text].length < SHORTEST_ANYWHERE || !(await findsAnywhere(context))) return sql`(${begins})`;
  return sql`(${begins} OR ${contains(folded)})`;
}
