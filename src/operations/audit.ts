import { listReads } from './limit-policy.js';
import type { OperationGroup } from './operation.js';

export const auditOperations: OperationGroup = {
  Query: { myAuditEvents: { who: 'signed-in', limits: [listReads] } },
};
