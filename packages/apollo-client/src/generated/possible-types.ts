// Written by scripts/write-client-package.js.

/** The types of each interface and union of the gateway, for `InMemoryCache`. */
export const possibleTypes = {
  "AdminDeleteUserResult": [
    "AdminUserDeleted",
    "AuthAccessProblem",
    "AuthConflictProblem",
    "AuthInputProblem",
    "AuthNotFoundProblem",
    "AuthRateLimitProblem",
    "AuthUnavailableProblem"
  ],
  "AdminMailResult": [
    "AdminMailQueued",
    "AuthAccessProblem",
    "AuthConflictProblem",
    "AuthInputProblem",
    "AuthNotFoundProblem",
    "AuthRateLimitProblem",
    "AuthUnavailableProblem"
  ],
  "AdminRotateSigningKeyResult": [
    "AdminSigningKeyRotated",
    "AuthAccessProblem",
    "AuthConflictProblem",
    "AuthRateLimitProblem",
    "AuthUnavailableProblem"
  ],
  "AdminServiceClientResult": [
    "AuthAccessProblem",
    "AuthConflictProblem",
    "AuthNotFoundProblem",
    "AuthRateLimitProblem",
    "AuthUnavailableProblem",
    "ServiceClientUpdated"
  ],
  "AdminServiceClientSecretResult": [
    "AuthAccessProblem",
    "AuthConflictProblem",
    "AuthInputProblem",
    "AuthNotFoundProblem",
    "AuthRateLimitProblem",
    "AuthUnavailableProblem",
    "ServiceClientSecret"
  ],
  "AdminUserResult": [
    "AdminUserUpdated",
    "AuthAccessProblem",
    "AuthConflictProblem",
    "AuthInputProblem",
    "AuthNotFoundProblem",
    "AuthRateLimitProblem",
    "AuthUnavailableProblem"
  ],
  "AuthProblem": [
    "AccountDisabledProblem",
    "AccountLockedProblem",
    "AuthAccessProblem",
    "AuthConflictProblem",
    "AuthInputProblem",
    "AuthNotFoundProblem",
    "AuthRateLimitProblem",
    "AuthUnavailableProblem",
    "CodeProblem",
    "EmailNotVerifiedProblem",
    "IdentifierTakenProblem",
    "InvalidCredentialsProblem",
    "PasswordRejectedProblem",
    "RefreshRejectedProblem",
    "TokenProblem"
  ],
  "AuthRetryProblem": [
    "AccountLockedProblem",
    "AuthRateLimitProblem",
    "AuthUnavailableProblem"
  ],
  "ChangePasswordResult": [
    "AccountLockedProblem",
    "AuthAccessProblem",
    "AuthInputProblem",
    "AuthRateLimitProblem",
    "AuthUnavailableProblem",
    "CodeProblem",
    "InvalidCredentialsProblem",
    "PasswordChanged",
    "PasswordRejectedProblem"
  ],
  "CompleteTwoFactorResult": [
    "AccountLockedProblem",
    "AuthInputProblem",
    "AuthRateLimitProblem",
    "AuthUnavailableProblem",
    "CodeProblem",
    "LoginSuccess",
    "PasswordChangeRequired"
  ],
  "ConfirmEmailChangeResult": [
    "AuthAccessProblem",
    "AuthConflictProblem",
    "AuthInputProblem",
    "AuthRateLimitProblem",
    "AuthUnavailableProblem",
    "CodeProblem",
    "EmailChanged"
  ],
  "ConfirmTotpResult": [
    "AccountLockedProblem",
    "AuthAccessProblem",
    "AuthConflictProblem",
    "AuthInputProblem",
    "AuthRateLimitProblem",
    "AuthUnavailableProblem",
    "CodeProblem",
    "RecoveryCodes"
  ],
  "DeleteAccountResult": [
    "AccountDeleted",
    "AccountLockedProblem",
    "AuthAccessProblem",
    "AuthConflictProblem",
    "AuthInputProblem",
    "AuthRateLimitProblem",
    "AuthUnavailableProblem",
    "CodeProblem",
    "InvalidCredentialsProblem"
  ],
  "DisableTotpResult": [
    "AccountLockedProblem",
    "AuthAccessProblem",
    "AuthConflictProblem",
    "AuthInputProblem",
    "AuthRateLimitProblem",
    "AuthUnavailableProblem",
    "CodeProblem",
    "InvalidCredentialsProblem",
    "TwoFactorDisabled"
  ],
  "EnrolTotpResult": [
    "AccountLockedProblem",
    "AuthAccessProblem",
    "AuthConflictProblem",
    "AuthInputProblem",
    "AuthRateLimitProblem",
    "AuthUnavailableProblem",
    "InvalidCredentialsProblem",
    "TotpEnrolment"
  ],
  "ExchangeTokenResult": [
    "AuthInputProblem",
    "AuthRateLimitProblem",
    "AuthUnavailableProblem",
    "LoginSuccess",
    "PasswordChangeRequired",
    "TokenProblem",
    "TwoFactorRequired"
  ],
  "IntrospectTokenResult": [
    "AuthAccessProblem",
    "AuthRateLimitProblem",
    "AuthUnavailableProblem",
    "TokenIntrospection"
  ],
  "LoginResult": [
    "AccountDisabledProblem",
    "AccountLockedProblem",
    "AuthInputProblem",
    "AuthRateLimitProblem",
    "AuthUnavailableProblem",
    "EmailNotVerifiedProblem",
    "InvalidCredentialsProblem",
    "LoginSuccess",
    "PasswordChangeRequired",
    "TwoFactorRequired"
  ],
  "LogoutResult": [
    "AuthUnavailableProblem",
    "LogoutSuccess"
  ],
  "ReauthenticateResult": [
    "AccountLockedProblem",
    "AuthAccessProblem",
    "AuthInputProblem",
    "AuthRateLimitProblem",
    "AuthUnavailableProblem",
    "CodeProblem",
    "InvalidCredentialsProblem",
    "Reauthenticated"
  ],
  "RefreshResult": [
    "AuthRateLimitProblem",
    "AuthUnavailableProblem",
    "RefreshRejectedProblem",
    "RefreshSuccess"
  ],
  "RegenerateRecoveryCodesResult": [
    "AccountLockedProblem",
    "AuthAccessProblem",
    "AuthConflictProblem",
    "AuthInputProblem",
    "AuthRateLimitProblem",
    "AuthUnavailableProblem",
    "CodeProblem",
    "InvalidCredentialsProblem",
    "RecoveryCodes"
  ],
  "ReportSessionResult": [
    "AuthInputProblem",
    "AuthRateLimitProblem",
    "AuthUnavailableProblem",
    "SessionReported",
    "TokenProblem"
  ],
  "RequestEmailChangeResult": [
    "AccountLockedProblem",
    "AuthAccessProblem",
    "AuthInputProblem",
    "AuthRateLimitProblem",
    "AuthUnavailableProblem",
    "IdentifierTakenProblem",
    "InvalidCredentialsProblem",
    "MailAccepted"
  ],
  "RequestPasswordResetResult": [
    "AuthInputProblem",
    "AuthRateLimitProblem",
    "AuthUnavailableProblem",
    "MailAccepted"
  ],
  "ResendVerificationResult": [
    "AuthInputProblem",
    "AuthRateLimitProblem",
    "AuthUnavailableProblem",
    "MailAccepted"
  ],
  "ResetPasswordResult": [
    "AuthInputProblem",
    "AuthRateLimitProblem",
    "AuthUnavailableProblem",
    "PasswordRejectedProblem",
    "PasswordResetSuccess",
    "TokenProblem"
  ],
  "RevertEmailChangeResult": [
    "AuthConflictProblem",
    "AuthInputProblem",
    "AuthRateLimitProblem",
    "AuthUnavailableProblem",
    "EmailChangeReverted",
    "TokenProblem"
  ],
  "RevokeOtherSessionsResult": [
    "AuthAccessProblem",
    "AuthRateLimitProblem",
    "AuthUnavailableProblem",
    "SessionsRevoked"
  ],
  "RevokeSessionResult": [
    "AuthAccessProblem",
    "AuthNotFoundProblem",
    "AuthRateLimitProblem",
    "AuthUnavailableProblem",
    "SessionRevoked"
  ],
  "SignupResult": [
    "AuthInputProblem",
    "AuthRateLimitProblem",
    "AuthUnavailableProblem",
    "IdentifierTakenProblem",
    "PasswordRejectedProblem",
    "SignupAccepted"
  ],
  "UpdateProfileResult": [
    "AuthAccessProblem",
    "AuthInputProblem",
    "AuthRateLimitProblem",
    "AuthUnavailableProblem",
    "IdentifierTakenProblem",
    "ProfileUpdated"
  ],
  "VerifyEmailResult": [
    "AuthInputProblem",
    "AuthRateLimitProblem",
    "AuthUnavailableProblem",
    "CodeProblem",
    "EmailVerified",
    "TokenProblem"
  ],
  "VerifyPasswordResetCodeResult": [
    "AuthInputProblem",
    "AuthRateLimitProblem",
    "AuthUnavailableProblem",
    "CodeProblem",
    "PasswordResetTicket"
  ]
};
/** The names of the problem types. */
export type ProblemName = 'AccountDisabledProblem' | 'AccountLockedProblem' | 'AuthAccessProblem' | 'AuthConflictProblem' | 'AuthInputProblem' | 'AuthNotFoundProblem' | 'AuthRateLimitProblem' | 'AuthUnavailableProblem' | 'CodeProblem' | 'EmailNotVerifiedProblem' | 'IdentifierTakenProblem' | 'InvalidCredentialsProblem' | 'PasswordRejectedProblem' | 'RefreshRejectedProblem' | 'TokenProblem';
