const bearer = JSON.stringify({ authorization: 'Bearer <accessToken>' }, null, 2);

function tab(query, input, headers) {
  return { query, variables: input === undefined ? undefined : JSON.stringify({ input }, null, 2), headers };
}

/** The tabs of the first visit: the journey of a new user, one operation per tab. */
export const journey = [
  tab(
    `# 1 · Sign up.
#     The address below gets an email with a code.
#
# Ctrl-Enter runs the operation, Ctrl-Space completes it.
# The book on the left documents every type and field.

mutation SignUp($input: SignupInput!) {
  signup(input: $input) {
    __typename
    ... on SignupAccepted {
      email
      mailStatus
      codeExpiresAt
    }
    ... on AuthProblem {
      code
      message
    }
    ... on AuthInputProblem {
      fields { path message }
    }
    ... on PasswordRejectedProblem {
      rules
    }
  }
}
`,
    {
      email: 'new.user@example.com',
      password: 'Violet-Harbour-71',
      username: 'new_user',
      displayName: 'New User',
      termsAccepted: true,
      privacyPolicyAccepted: true,
    },
  ),
  tab(
    `# 2 · Verify the address with the code from the email.
#     Without a mail server, every email is at /dev/mail.

mutation VerifyEmail($input: VerifyEmailInput!) {
  verifyEmail(input: $input) {
    __typename
    ... on EmailVerified {
      user { id email emailVerified }
      exchangeToken
    }
    ... on AuthProblem {
      code
      message
    }
  }
}
`,
    { email: 'new.user@example.com', code: '000000' },
  ),
  tab(
    `# 3 · Exchange the exchangeToken for a session, within a minute.

mutation ExchangeToken($input: ExchangeTokenInput!) {
  exchangeToken(input: $input) {
    __typename
    ... on LoginSuccess {
      tokens { accessToken expiresIn refreshToken }
      session { id deviceName }
    }
    ... on AuthProblem {
      code
      message
    }
  }
}
`,
    { token: '<exchangeToken>', deviceName: 'First device', tokenDelivery: 'BODY' },
  ),
  tab(
    `# 4 · Log in as on a second device.
#     BODY returns the tokens in the answer, for tools.
#     Web applications use COOKIE, which keeps the
#     refresh token away from scripts.

mutation LogIn($input: LoginInput!) {
  login(input: $input) {
    __typename
    ... on LoginSuccess {
      tokens { accessToken expiresIn refreshToken }
      session { id deviceName expiresAt }
      firstLogin
    }
    ... on AuthProblem {
      code
      message
    }
  }
}
`,
    { identifier: 'new.user@example.com', password: 'Violet-Harbour-71', tokenDelivery: 'BODY' },
  ),
  tab(
    `# 5 · Ask who is signed in.
#     Open Headers below and enter the accessToken.

query Me {
  me {
    id
    email
    role
    createdAt
  }
}
`,
    undefined,
    bearer,
  ),
  tab(
    `# 6 · Get new tokens. Each refreshToken works once.

mutation Refresh($input: RefreshInput) {
  refresh(input: $input) {
    __typename
    ... on RefreshSuccess {
      tokens { accessToken expiresIn refreshToken }
    }
    ... on AuthProblem {
      code
      message
    }
  }
}
`,
    { refreshToken: '<refreshToken>' },
  ),
  tab(
    `# 7 · List your sessions.
#     Open Headers below and enter the accessToken.

query Sessions {
  mySessions {
    totalCount
    nodes {
      id
      deviceName
      browser
      operatingSystem
      isCurrent
    }
  }
}
`,
    undefined,
    bearer,
  ),
  tab(
    `# 8 · End your other sessions.
#     Open Headers below and enter the accessToken.

mutation RevokeOthers {
  revokeOtherSessions {
    __typename
    ... on SessionsRevoked {
      count
    }
    ... on AuthProblem {
      code
      message
    }
  }
}
`,
    undefined,
    bearer,
  ),
  tab(
    `# 9 · Log out.
#     Open Headers below and enter the accessToken.

mutation LogOut {
  logout {
    __typename
    ... on LogoutSuccess {
      sessionId
    }
    ... on AuthProblem {
      code
      message
    }
  }
}
`,
    undefined,
    bearer,
  ),
];
