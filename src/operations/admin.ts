import { HOUR, perUser } from './limit-policy.js';
import { type OperationGroup, recentAuthentication, type StaffMutation, type StaffQuery } from './operation.js';

/** A query that both roles are allowed to call. */
const read: StaffQuery = {
  who: 'staff',
  least: 'support',
  limits: [{ ...perUser(3_000, HOUR), isQuiet: true }],
};

/** An operation of an admin that requires no recent authentication. */
const act: StaffMutation = {
  who: 'staff',
  least: 'admin',
  limits: [perUser(300, HOUR)],
  credential: false,
  stepUp: 'none',
};

/** An operation that helps a user to sign in again, which support is therefore allowed to call. */
const help: StaffMutation = { ...act, least: 'support' };

/** The operations of administration, and the roles that are allowed to call each. */
export const adminOperations: OperationGroup = {
  Query: {
    adminUser: read,
    adminUsers: read,
    adminAuditEvents: read,
    adminMails: read,
    adminOverview: read,
    adminStatus: read,
    adminServiceClients: read,
  },
  Mutation: {
    adminUnlockUser: help,
    adminDisableUser: { ...act, stepUp: recentAuthentication('ACCOUNT_DISABLE') },
    adminEnableUser: act,
    adminSetUserRole: { ...act, stepUp: recentAuthentication('ROLE_CHANGE') },
    adminResetTwoFactor: { ...act, stepUp: recentAuthentication('TOTP_DISABLE') },
    adminEndUserSessions: help,
    adminEndSession: help,
    adminVerifyUserEmail: act,
    adminResendVerification: { ...help, credential: true },
    adminSendPasswordReset: { ...help, credential: true },
    adminRequirePasswordChange: { ...act, credential: true },
    adminInviteUser: {
      ...act,
      credential: true,
      limits: [perUser(100, HOUR)],
      stepUp: recentAuthentication('USER_INVITE', { exceptDefaultRole: true }),
    },
    adminDeleteUser: { ...act, limits: [perUser(100, HOUR)], stepUp: recentAuthentication('ACCOUNT_DELETE') },
    adminRetryMail: { ...act, credential: true },
    adminSendTestMail: { ...act, credential: true, limits: [perUser(10, HOUR)] },
    adminRotateSigningKey: { ...act, limits: [perUser(5, HOUR)], stepUp: recentAuthentication('SIGNING_KEY_ROTATE') },
    adminCreateServiceClient: {
      ...act,
      credential: true,
      limits: [perUser(100, HOUR)],
      stepUp: recentAuthentication('SERVICE_CLIENT_CREATE'),
    },
    adminRotateServiceClientSecret: {
      ...act,
      credential: true,
      limits: [perUser(100, HOUR)],
      stepUp: recentAuthentication('SERVICE_CLIENT_ROTATE'),
    },
    adminRevokeServiceClient: { ...act, stepUp: recentAuthentication('SERVICE_CLIENT_REVOKE') },
  },
  fields: {
    AdminUser: {
      sessions: { limits: [] },
      liveSessionCount: { limits: [] },
      auditEvents: { limits: [] },
      mails: { limits: [] },
      signInObstacle: { limits: [] },
    },
    AdminUserConnection: {
      approximateTotalCount: { limits: [] },
    },
  },
};
