import type { OperationGroup } from './operation.js';

export const federationOperations: OperationGroup = {
  Query: {
    _entities: { who: 'router', limits: [] },
    _service: { who: 'router', limits: [] },
  },
};
