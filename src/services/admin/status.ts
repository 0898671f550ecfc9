import { run, sql } from '../../lib/sql.js';
import { version } from '../../lib/version.js';
import { type Part, readHealth } from '../health/read-health.js';
import { type ListedKey, listKeys } from '../tokens/list-keys.js';
import type { UseCaseContext } from '../use-case.js';
import { type Finding, findingsOf } from './findings.js';

/** What the gateway runs with, and whether all of it works. */
export interface Status {
  version: string;
  startedAt: Date;
  parts: (Part & { isUsed: boolean })[];
  /** Emails that wait to be sent. */
  waitingMails: number;
  findings: Finding[];
  keys: ListedKey[];
  changedSettings: { name: string; value: string | null; isSecret: boolean }[];
}

interface Counts {
  admins: number;
  with_two_factor: number;
  waiting: number | null;
  waiting_mails: number;
}

/** An admin who has not accepted the invitation cannot sign in. */
const COUNTS = sql`SELECT admins, with_two_factor, mails.waiting, mails.waiting_mails
  FROM (SELECT count(*)::int AS admins, count(two_factor_enabled_at)::int AS with_two_factor
    FROM users WHERE role = 'admin' AND disabled_at IS NULL AND email_verified_at IS NOT NULL) AS staff,
  (SELECT extract(epoch FROM now() - min(created_at))::float8 AS waiting, count(*)::int AS waiting_mails
    FROM outbox_messages WHERE status = 'PENDING' AND mail <> 'none') AS mails`;

/** Returns the status of this process and of the parts that it uses. Holds no secret. */
export async function readStatus(context: UseCaseContext): Promise<Status> {
  const [{ operator }, keys, [counts]] = await Promise.all([
    readHealth(context),
    listKeys(context),
    run<Counts>(context.em, COUNTS),
  ]);
  const now = context.clock.now();
  const facts = {
    admins: counts?.admins ?? 0,
    adminsWithTwoFactor: counts?.with_two_factor ?? 0,
    oldestMailWaitingSeconds: counts?.waiting ?? null,
  };
  const changed = context.describedSettings.filter(({ isChanged }) => isChanged);
  return {
    version,
    startedAt: new Date(performance.timeOrigin),
    // Without Redis, limits are counted in the database by design.
    parts: operator.parts.map((part) => ({ ...part, isUsed: part.name !== 'cache' || context.redis !== undefined })),
    waitingMails: counts?.waiting_mails ?? 0,
    findings: findingsOf({ now, parts: operator.parts, keys, ...facts }),
    keys,
    changedSettings: changed.map(({ name, value, isSecret }) => ({ name, value: isSecret ? null : value, isSecret })),
  };
}
