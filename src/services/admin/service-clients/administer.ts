import { type Sql, sql } from '../../../lib/sql.js';
import { isProblem, type Problem, type ProblemCode, problem } from '../../../problems.js';
import type { AuditEventType } from '../../audit/events.js';
import type { ServiceClientRecord } from '../../service-clients/record.js';
import { noticeOfChange } from '../../service-clients/service-clients.js';
import { REVOCATION_CHANNEL } from '../../sessions/revocation-list.js';
import type { Request } from '../../use-case.js';
import { inTransaction, type Work } from '../../work.js';
import { stillHasRole } from '../act-on-user.js';
import { type Acting, actorOf, administratorFacts } from '../administrator.js';

/** Notifies every process of a client in the transaction of its change. */
export function notifyOfChange(id: string): Sql {
  return sql`pg_notify(${REVOCATION_CHANNEL}, ${noticeOfChange(id)})`;
}

/** What an act did to a client. */
export interface ClientActed {
  client: ServiceClientRecord;
  /** Whether it changed nothing, so that there is nothing to record. */
  isUnchanged?: boolean;
}

async function record(work: Work, by: Acting, type: AuditEventType, facts: Record<string, string>): Promise<void> {
  const metadata = { ...administratorFacts(by), ...facts };
  await work.record({ type, success: facts.problem === undefined, userId: null, actorId: actorOf(by), metadata });
}

function factsOf({ id, scopes, expiresAt }: ServiceClientRecord): Record<string, string> {
  const facts = { serviceClientId: id, scopes: scopes.join(' ') };
  return expiresAt == null ? facts : { ...facts, expiresAt: expiresAt.toISOString() };
}

/**
 * Runs an act on a service client in one transaction, and records it or its refusal. FORBIDDEN if the role of the admin was
 * changed in the meantime. `perform` returns a problem only before it writes.
 */
export async function administer<Done extends ClientActed, Code extends ProblemCode>(
  request: Request,
  by: Acting,
  event: AuditEventType,
  perform: (work: Work) => Promise<Done | Problem<Code>>,
): Promise<Done | Problem<Code | 'FORBIDDEN'>> {
  const outcome = await inTransaction(request, async (work): Promise<Done | Problem> => {
    if ('role' in by && !(await stillHasRole(work, by))) {
      await record(work, by, event, { problem: 'FORBIDDEN' });
      return problem('FORBIDDEN');
    }
    const done = await perform(work);
    if (isProblem(done)) await record(work, by, event, { problem: done.code });
    else if (done.isUnchanged !== true) {
      await record(work, by, event, factsOf(done.client));
      work.afterCommit(async ({ serviceClients }) => serviceClients.announce(done.client.id));
    }
    return done;
  });
  return outcome as Done | Problem<Code | 'FORBIDDEN'>;
}
