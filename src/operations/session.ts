import { HOUR, listReads, perClient, perSession, perUser } from './limit-policy.js';
import { type OperationGroup, recentAuthentication } from './operation.js';

export const sessionOperations: OperationGroup = {
  Query: {
    currentSession: { who: 'signed-in', limits: [] },
    mySessions: { who: 'signed-in', limits: [listReads] },
    csrfToken: { who: 'anyone', limits: [perClient(100, HOUR)] },
  },
  Mutation: {
    refresh: {
      who: 'anyone',
      limits: [{ ...perSession(60, HOUR), perTokenLifetime: 3 }],
      credential: true,
      account: 'refresh-token',
      signsIn: true,
      countsLimits: true,
    },
    logout: { who: 'anyone', limits: [], credential: false, account: 'held-session' },
    reauthenticate: { who: 'signed-in', limits: [perUser(10, HOUR)], credential: true, stepUp: 'none' },
    revokeSession: {
      who: 'signed-in',
      limits: [perUser(30, HOUR)],
      credential: false,
      stepUp: recentAuthentication('SESSION_REVOKE', { exceptOwnSession: true }),
    },
    revokeOtherSessions: {
      who: 'signed-in',
      limits: [perUser(10, HOUR)],
      credential: false,
      stepUp: recentAuthentication('SESSION_REVOKE'),
    },
    reportSession: { who: 'anyone', limits: [perClient(10, HOUR)], credential: true, account: 'token' },
  },
  fields: {
    User: { sessions: { limits: [listReads] } },
    AuthSessionConnection: { totalCount: { limits: [] } },
    RefreshSuccess: { user: { limits: [] } },
  },
};
