import { DAY, HOUR, perClient, perEmail, perUser } from './limit-policy.js';
import { type OperationGroup, recentAuthentication } from './operation.js';

export const accountOperations: OperationGroup = {
  Query: {
    me: { who: 'valid-token-or-none', limits: [] },
    authConfig: { who: 'anyone', limits: [perClient(100, HOUR)] },
  },
  Mutation: {
    signup: {
      who: 'anyone',
      limits: [perClient(5, HOUR)],
      credential: true,
      account: 'identifier',
      mails: 'email-and-username',
      countsLimits: true,
    },
    verifyEmail: {
      who: 'anyone',
      limits: [perClient(10, HOUR), perEmail(20, DAY)],
      credential: true,
      account: 'identifier',
    },
    verifyEmailWithToken: { who: 'anyone', limits: [perClient(10, HOUR)], credential: true, account: 'token' },
    resendVerification: {
      who: 'anyone',
      limits: [perClient(5, HOUR)],
      credential: true,
      account: 'identifier',
      mails: 'email',
    },
    updateProfile: { who: 'signed-in', limits: [perUser(30, HOUR)], credential: false, stepUp: 'none' },
    requestEmailChange: {
      who: 'signed-in',
      limits: [perUser(5, HOUR)],
      credential: true,
      stepUp: recentAuthentication('EMAIL_CHANGE_REQUEST'),
      mails: 'new-email',
    },
    confirmEmailChange: {
      who: 'signed-in',
      limits: [perUser(10, HOUR), perUser(20, DAY)],
      credential: true,
      stepUp: 'none',
    },
    revertEmailChange: { who: 'anyone', limits: [perClient(10, HOUR)], credential: true, account: 'token' },
    deleteAccount: {
      who: 'signed-in',
      limits: [perUser(10, HOUR)],
      credential: true,
      stepUp: recentAuthentication('ACCOUNT_DELETE'),
    },
  },
};
