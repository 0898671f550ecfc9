import { isProblem, type Problem, type ProblemCode, problem } from '../../../problems.js';
import type { AuditEventType } from '../../audit/events.js';
import type { ServiceClientRecord } from '../../service-clients/record.js';
import type { Request } from '../../use-case.js';
import { inTransaction, type Work } from '../../work.js';
import { stillHasRole } from '../act-on-user.js';
import { type OPERATOR, type StaffMember } from '../administrator.js';

/** Who administers service clients: an admin, or an operator at the command line. */
export type ServiceAdministrator = StaffMember | typeof OPERATOR;

/** What an act did to a client. */
export interface ClientActed {
  client: ServiceClientRecord;
  /** Whether it changed nothing, so that there is nothing to record. */
  isUnchanged?: boolean;
}

const isOperator = (by: ServiceAdministrator): by is typeof OPERATOR => 'kind' in by;

async function record(
  work: Work,
  by: ServiceAdministrator,
  type: AuditEventType,
  facts: Record<string, string>,
): Promise<void> {
  const [name, actorId] = isOperator(by) ? ['operator', null] : [by.role, by.userId];
  const success = facts.problem === undefined;
  await work.record({ type, success, userId: null, actorId, metadata: { by: name, ...facts } });
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
  by: ServiceAdministrator,
  event: AuditEventType,
  perform: (work: Work) => Promise<Done | Problem<Code>>,
): Promise<Done | Problem<Code | 'FORBIDDEN'>> {
  const outcome = await inTransaction(request, async (work): Promise<Done | Problem> => {
    if (!isOperator(by) && !(await stillHasRole(work, by))) {
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
