import { HOUR, perUser } from './limit-policy.js';
import { type OperationGroup, recentAuthentication, type SignedInMutation, withDefaults } from './operation.js';

const byDefault: SignedInMutation = {
  who: 'signed-in',
  limits: [perUser(10, HOUR)],
  credential: true,
  stepUp: 'none',
};

export const twoFactorOperations: OperationGroup = {
  Mutation: withDefaults(byDefault, {
    enrolTotp: { stepUp: recentAuthentication('TOTP_ENROLMENT') },
    confirmTotp: { limits: [perUser(20, HOUR)] },
    disableTotp: { stepUp: recentAuthentication('TOTP_DISABLE') },
    regenerateRecoveryCodes: {},
  }),
};
