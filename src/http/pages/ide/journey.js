const bearer = JSON.stringify({ authorization: 'Bearer <accessToken>' }, null, 2);

function tab(query, input, headers) {
  return { query, variables: input === undefined ? undefined : JSON.stringify({ input }, null, 2), headers };
}

/** The tabs of the first visit: the way of a new user, one step a tab. */
export const journey = [
  tab(
    `# 1 · Make an account.
#     A mail with a code goes out to the address below.
#
# Ctrl-Enter runs the operation, Ctrl-Space completes it.
# The book on the left explains every type and field.

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
    `# 2 · Confirm the address with the code from the mail.
#     Outside production every mail is at /dev/mail.

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
    `# 4 · Log in, as on a second device.
#     BODY puts the tokens into the answer, for tools.
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
    `# 5 · Act as the user who is signed in.
#     Open Headers below and put in the accessToken.

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
    `# 7 · See where you are signed in.
#     Open Headers below and put in the accessToken.

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
    `# 8 · End the other sessions, then this one.
#     Open Headers below and put in the accessToken.

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
