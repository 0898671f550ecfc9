import { HOUR, perService } from './limit-policy.js';
import type { OperationGroup } from './operation.js';

export const federationOperations: OperationGroup = {
  Query: {
    _entities: { who: 'router', userScope: 'users:read', limits: [perService(100_000, HOUR)] },
    _service: { who: 'router', limits: [] },
  },
};
