// Written by scripts/write-client-package.js.

/** Root fields that need no access token. */
export const PUBLIC_FIELDS = 'authConfig csrfToken signup verifyEmail verifyEmailWithToken resendVerification revertEmailChange login exchangeToken completeTwoFactor refresh logout reportSession requestPasswordReset verifyPasswordResetCode resetPassword';
/** The gateway's mutations for users; each returns a union that contains problems. */
export const OWN_MUTATIONS =
  'signup verifyEmail verifyEmailWithToken resendVerification updateProfile requestEmailChange confirmEmailChange revertEmailChange deleteAccount login exchangeToken completeTwoFactor refresh logout reauthenticate revokeSession revokeOtherSessions reportSession requestPasswordReset verifyPasswordResetCode resetPassword changePassword enrolTotp confirmTotp disableTotp regenerateRecoveryCodes';
