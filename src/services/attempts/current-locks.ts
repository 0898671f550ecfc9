import type { User } from '../../entities/user.js';
import { countedName } from '../../lib/email-key.js';
import { sql } from '../../lib/sql.js';
import type { UseCaseContext } from '../use-case.js';
import { subjectKey } from './subject.js';

type Named = Pick<User, 'id' | 'email' | 'usernameKey'>;
type Needs = Pick<UseCaseContext, 'query' | 'clock' | 'settings' | 'secretKeys'>;

/** Returns the counter keys of the names with which a user signs in. */
function keysOf({ settings, secretKeys }: Needs, { email, usernameKey }: Named): string[] {
  const names = [countedName(settings.emailDeduplication, email), usernameKey].filter((name) => name != null);
  return names.map((value) => subjectKey(secretKeys, { scope: 'identifier', value }));
}

/** Returns when the lock of each user's sign-in names expires, by one statement. Users without a lock are left out. */
export async function findLocks(context: Needs, users: readonly Named[]): Promise<Map<string, Date>> {
  const owners = new Map(users.flatMap((user) => keysOf(context, user).map((key) => [key, user.id] as const)));
  if (owners.size === 0) return new Map();
  const { text, values } = sql`SELECT key, locked_until FROM login_failures
    WHERE key = ANY(${[...owners.keys()]}) AND locked_until > ${context.clock.now()} ORDER BY locked_until`;
  const rows = await context.query({ name: 'current-locks', text }, values);
  return new Map(rows.map((row) => [owners.get(row.key as string) ?? '', new Date(row.locked_until as string)]));
}
