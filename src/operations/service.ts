import { HOUR, perService } from './limit-policy.js';
import type { OperationGroup } from './operation.js';

export const serviceOperations: OperationGroup = {
  Query: {
    introspectToken: { who: 'service', scope: 'tokens:introspect', limits: [perService(100_000, HOUR)] },
  },
};
