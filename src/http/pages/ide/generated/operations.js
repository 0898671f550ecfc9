// Written by scripts/write-page-operations.js from operations/.

export const CompleteTwoFactor = `mutation CompleteTwoFactor($input: CompleteTwoFactorInput!) {
  completeTwoFactor(input: $input) {
    __typename
    ... on LoginSuccess {
      tokens {
        ...Tokens
      }
      session {
        ...Session
      }
      user {
        ...Account
      }
      firstLogin
      deviceToken
    }
    ... on PasswordChangeRequired {
      resetToken
      expiresAt
    }
    ...Problem
    ... on CodeProblem {
      attemptsLeft
    }
    ... on AccountLockedProblem {
      lockedUntil
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

fragment Tokens on AuthTokens {
  tokenType
  accessToken
  expiresIn
  accessTokenExpiresAt
  refreshToken
  refreshTokenExpiresAt
}

fragment Session on AuthSession {
  id
  deviceName
  deviceType
  browser
  operatingSystem
  ipAddress
  city
  country
  rememberMe
  twoFactorVerified
  isCurrent
  createdAt
  lastActivityAt
  lastRotatedAt
  expiresAt
}

fragment Account on User {
  id
  displayName
  email
  username
  role
  emailVerified
  emailVerifiedAt
  twoFactorEnabled
  locale
  timezone
  termsAcceptedAt
  privacyPolicyAcceptedAt
  passwordChangedAt
  createdAt
}
`;

export const CsrfToken = `query CsrfToken {
  csrfToken
}
`;

export const Login = `mutation Login($input: LoginInput!) {
  login(input: $input) {
    __typename
    ... on LoginSuccess {
      tokens {
        ...Tokens
      }
      session {
        ...Session
      }
      user {
        ...Account
      }
      firstLogin
      deviceToken
    }
    ... on TwoFactorRequired {
      challenge
      expiresAt
      methods
    }
    ... on PasswordChangeRequired {
      resetToken
      expiresAt
    }
    ...Problem
    ... on EmailNotVerifiedProblem {
      resendAvailableAt
    }
    ... on AccountLockedProblem {
      lockedUntil
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

fragment Tokens on AuthTokens {
  tokenType
  accessToken
  expiresIn
  accessTokenExpiresAt
  refreshToken
  refreshTokenExpiresAt
}

fragment Session on AuthSession {
  id
  deviceName
  deviceType
  browser
  operatingSystem
  ipAddress
  city
  country
  rememberMe
  twoFactorVerified
  isCurrent
  createdAt
  lastActivityAt
  lastRotatedAt
  expiresAt
}

fragment Account on User {
  id
  displayName
  email
  username
  role
  emailVerified
  emailVerifiedAt
  twoFactorEnabled
  locale
  timezone
  termsAcceptedAt
  privacyPolicyAcceptedAt
  passwordChangedAt
  createdAt
}
`;

export const Logout = `mutation Logout {
  logout {
    __typename
    ... on LogoutSuccess {
      sessionId
    }
    ...Problem
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

export const Me = `query Me {
  me {
    ...Account
  }
}

fragment Account on User {
  id
  displayName
  email
  username
  role
  emailVerified
  emailVerifiedAt
  twoFactorEnabled
  locale
  timezone
  termsAcceptedAt
  privacyPolicyAcceptedAt
  passwordChangedAt
  createdAt
}
`;

export const Refresh = `mutation Refresh($input: RefreshInput) {
  refresh(input: $input) {
    __typename
    ... on RefreshSuccess {
      tokens {
        ...Tokens
      }
      session {
        ...Session
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

fragment Tokens on AuthTokens {
  tokenType
  accessToken
  expiresIn
  accessTokenExpiresAt
  refreshToken
  refreshTokenExpiresAt
}

fragment Session on AuthSession {
  id
  deviceName
  deviceType
  browser
  operatingSystem
  ipAddress
  city
  country
  rememberMe
  twoFactorVerified
  isCurrent
  createdAt
  lastActivityAt
  lastRotatedAt
  expiresAt
}
`;
