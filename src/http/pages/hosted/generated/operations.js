// Written by scripts/write-page-operations.js from operations/.

export const AuthConfig = `query AuthConfig {
  authConfig {
    passwordMinLength
    passwordMaxLength
    passwordRules
    codeLength
    signupRoles
    usernameRequired
    locales
    termsRequired
    twoFactorRequiredRoles
  }
}
`;

export const ReportSession = `mutation ReportSession($input: ReportSessionInput!) {
  reportSession(input: $input) {
    __typename
    ... on SessionReported {
      sessionId
      endedSessions
      mailStatus
    }
    ...Problem
    ... on AuthRateLimitProblem {
      limit
    }
  }
}

fragment Problem on AuthProblem {
  code
  message
  ... on AuthRetryProblem {
    retryAfterSeconds
  }
}
`;

export const RequestPasswordReset = `mutation RequestPasswordReset($input: RequestPasswordResetInput!) {
  requestPasswordReset(input: $input) {
    __typename
    ... on MailAccepted {
      email
      mailStatus
      resendAvailableAt
    }
    ...Problem
    ... on AuthInputProblem {
      fields {
        path
        message
        rule
      }
    }
    ... on AuthRateLimitProblem {
      limit
    }
  }
}

fragment Problem on AuthProblem {
  code
  message
  ... on AuthRetryProblem {
    retryAfterSeconds
  }
}
`;

export const ResendVerification = `mutation ResendVerification($input: ResendVerificationInput!) {
  resendVerification(input: $input) {
    __typename
    ... on MailAccepted {
      email
      mailStatus
      resendAvailableAt
    }
    ...Problem
    ... on AuthInputProblem {
      fields {
        path
        message
        rule
      }
    }
    ... on AuthRateLimitProblem {
      limit
    }
  }
}

fragment Problem on AuthProblem {
  code
  message
  ... on AuthRetryProblem {
    retryAfterSeconds
  }
}
`;

export const ResetPassword = `mutation ResetPassword($input: ResetPasswordInput!) {
  resetPassword(input: $input) {
    __typename
    ... on PasswordResetSuccess {
      endedSessions
    }
    ...Problem
    ... on PasswordRejectedProblem {
      rules
    }
    ... on AuthInputProblem {
      fields {
        path
        message
        rule
      }
    }
    ... on AuthRateLimitProblem {
      limit
    }
  }
}

fragment Problem on AuthProblem {
  code
  message
  ... on AuthRetryProblem {
    retryAfterSeconds
  }
}
`;

export const RevertEmailChange = `mutation RevertEmailChange($input: RevertEmailChangeInput!) {
  revertEmailChange(input: $input) {
    __typename
    ... on EmailChangeReverted {
      email
      mailStatus
    }
    ...Problem
    ... on AuthRateLimitProblem {
      limit
    }
  }
}

fragment Problem on AuthProblem {
  code
  message
  ... on AuthRetryProblem {
    retryAfterSeconds
  }
}
`;

export const VerifyEmailWithTokenWithoutSession = `mutation VerifyEmailWithTokenWithoutSession($input: VerifyEmailWithTokenInput!) {
  verifyEmailWithToken(input: $input) {
    __typename
    ... on EmailVerified {
      user {
        id
      }
      passwordChangeRequired {
        resetToken
      }
    }
    ...Problem
    ... on AuthRateLimitProblem {
      limit
    }
  }
}

fragment Problem on AuthProblem {
  code
  message
  ... on AuthRetryProblem {
    retryAfterSeconds
  }
}
`;

export const VerifyEmailWithoutSession = `mutation VerifyEmailWithoutSession($input: VerifyEmailInput!) {
  verifyEmail(input: $input) {
    __typename
    ... on EmailVerified {
      user {
        id
      }
      passwordChangeRequired {
        resetToken
      }
    }
    ...Problem
    ... on CodeProblem {
      attemptsLeft
    }
    ... on AuthRateLimitProblem {
      limit
    }
  }
}

fragment Problem on AuthProblem {
  code
  message
  ... on AuthRetryProblem {
    retryAfterSeconds
  }
}
`;

export const VerifyPasswordResetCode = `mutation VerifyPasswordResetCode($input: VerifyPasswordResetCodeInput!) {
  verifyPasswordResetCode(input: $input) {
    __typename
    ... on PasswordResetTicket {
      resetToken
      expiresAt
    }
    ...Problem
    ... on CodeProblem {
      attemptsLeft
    }
    ... on AuthRateLimitProblem {
      limit
    }
  }
}

fragment Problem on AuthProblem {
  code
  message
  ... on AuthRetryProblem {
    retryAfterSeconds
  }
}
`;
