import { HOUR, perAccount, perClient } from './limit-policy.js';
import type { OperationGroup } from './operation.js';

export const signInOperations: OperationGroup = {
  Mutation: {
    login: {
      who: 'anyone',
      limits: [perClient(25, HOUR), perAccount(10, HOUR)],
      credential: true,
      account: 'identifier',
      signsIn: true,
      countsLimits: true,
    },
    exchangeToken: {
      who: 'anyone',
      limits: [perClient(10, HOUR)],
      credential: true,
      account: 'token',
      signsIn: true,
    },
    completeTwoFactor: {
      who: 'anyone',
      limits: [perClient(25, HOUR)],
      credential: true,
      account: 'token',
      signsIn: true,
    },
  },
};
