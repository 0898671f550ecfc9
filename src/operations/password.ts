import { DAY, HOUR, perClient, perEmail, perUser } from './limit-policy.js';
import type { OperationGroup } from './operation.js';

export const passwordOperations: OperationGroup = {
  Mutation: {
    requestPasswordReset: {
      who: 'anyone',
      limits: [perClient(5, HOUR)],
      credential: true,
      account: 'identifier',
      mails: 'email',
    },
    verifyPasswordResetCode: {
      who: 'anyone',
      limits: [perClient(10, HOUR), perEmail(20, DAY)],
      credential: true,
      account: 'identifier',
    },
    resetPassword: { who: 'anyone', limits: [perClient(10, HOUR)], credential: true, account: 'token' },
    // It verifies the current password, so a recent authentication only decides whether a code can be omitted.
    changePassword: { who: 'signed-in', limits: [perUser(10, HOUR)], credential: true, stepUp: 'none' },
  },
};
