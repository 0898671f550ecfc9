// Written by scripts/write-page-operations.js from operations/.

export const ExchangeToken = `mutation ExchangeToken($input: ExchangeTokenInput!) {
  exchangeToken(input: $input) {
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

export const MySessions = `query MySessions($first: Int, $after: String) {
  mySessions(first: $first, after: $after) {
    edges {
      cursor
      node {
        ...Session
      }
    }
    nodes {
      id
    }
    pageInfo {
      hasNextPage
      hasPreviousPage
      startCursor
      endCursor
    }
    totalCount
  }
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

export const RevokeOtherSessions = `mutation RevokeOtherSessions {
  revokeOtherSessions {
    __typename
    ... on SessionsRevoked {
      count
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

export const Signup = `mutation Signup($input: SignupInput!) {
  signup(input: $input) {
    __typename
    ... on SignupAccepted {
      email
      mailStatus
      codeExpiresAt
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
    ... on PasswordRejectedProblem {
      rules
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

export const VerifyEmail = `mutation VerifyEmail($input: VerifyEmailInput!) {
  verifyEmail(input: $input) {
    __typename
    ... on EmailVerified {
      user {
        ...Account
      }
      exchangeToken
      exchangeTokenExpiresAt
      passwordChangeRequired {
        resetToken
        expiresAt
      }
    }
    ...Problem
    ... on CodeProblem {
      attemptsLeft
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
