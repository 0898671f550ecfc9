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
    `# 3 · Log in.
#     BODY puts the tokens into the answer, for tools.
#     Web applications use COOKIE, which keeps the
#     refresh token away from scripts.

mutation LogIn($input: LoginInput!) {
  login(input: $input) {
    __typename
    ... on LoginSuccess {
      tokens { accessToken expiresIn }
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
    `# 4 · Act as the user who is signed in.
#     Open Headers below and put in the accessToken.

query Me {
  me {
    id
    email
    role
    createdAt
  }
  mySessions {
    nodes {
      id
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
];
