// Written by scripts/write-client-package.js.

/**
 * Every document of `./operations`, and those that the package sends by itself, as a persisted query manifest: `id` is the
 * SHA-256 of the text that is sent.
 */
export const operationManifest = {
  "format": "apollo-persisted-query-manifest",
  "version": 1,
  "operations": [
    {
      "id": "0ee268b25b2ec2bc7f4ae2c79b68f54c9162ceacdf21ebd07c4c7fcf82d1b61e",
      "name": "AuthConfig",
      "type": "query",
      "body": "query AuthConfig {\n  authConfig {\n    passwordMinLength\n    passwordMaxLength\n    passwordRules\n    codeLength\n    signupRoles\n    usernameRequired\n    locales\n    termsRequired\n    twoFactorRequiredRoles\n    __typename\n  }\n}"
    },
    {
      "id": "664dec0bad9b9fe18e6e93549a7184b54e563c297ee06415efbab03a3efa3790",
      "name": "ChangePassword",
      "type": "mutation",
      "body": "mutation ChangePassword($input: ChangePasswordInput!) {\n  changePassword(input: $input) {\n    __typename\n    ... on PasswordChanged {\n      endedSessions\n      tokens {\n        ...Tokens\n        __typename\n      }\n      session {\n        ...Session\n        __typename\n      }\n      user {\n        ...Account\n        __typename\n      }\n      __typename\n    }\n    ...Problem\n    ... on PasswordRejectedProblem {\n      rules\n      __typename\n    }\n    ... on CodeProblem {\n      attemptsLeft\n      __typename\n    }\n    ... on AccountLockedProblem {\n      lockedUntil\n      __typename\n    }\n    ... on AuthInputProblem {\n      fields {\n        path\n        message\n        rule\n        __typename\n      }\n      __typename\n    }\n    ... on AuthRateLimitProblem {\n      limit\n      __typename\n    }\n  }\n}\n\nfragment Tokens on AuthTokens {\n  tokenType\n  accessToken\n  expiresIn\n  accessTokenExpiresAt\n  refreshToken\n  refreshTokenExpiresAt\n  __typename\n}\n\nfragment Session on AuthSession {\n  id\n  deviceName\n  deviceType\n  browser\n  operatingSystem\n  ipAddress\n  city\n  country\n  rememberMe\n  twoFactorVerified\n  isCurrent\n  createdAt\n  lastActivityAt\n  lastRotatedAt\n  expiresAt\n  __typename\n}\n\nfragment Account on User {\n  id\n  displayName\n  email\n  username\n  role\n  emailVerified\n  emailVerifiedAt\n  twoFactorEnabled\n  locale\n  timezone\n  termsAcceptedAt\n  privacyPolicyAcceptedAt\n  passwordChangedAt\n  createdAt\n  __typename\n}\n\nfragment Problem on AuthProblem {\n  code\n  message\n  ... on AuthRetryProblem {\n    retryAfterSeconds\n    __typename\n  }\n  __typename\n}"
    },
    {
      "id": "45559cbac4bf7f31fb7307615adee3ba2577097bfdbb070d5d48b6415af90292",
      "name": "CompleteTwoFactor",
      "type": "mutation",
      "body": "mutation CompleteTwoFactor($input: CompleteTwoFactorInput!) {\n  completeTwoFactor(input: $input) {\n    __typename\n    ... on LoginSuccess {\n      tokens {\n        ...Tokens\n        __typename\n      }\n      session {\n        ...Session\n        __typename\n      }\n      user {\n        ...Account\n        __typename\n      }\n      firstLogin\n      deviceToken\n      __typename\n    }\n    ... on PasswordChangeRequired {\n      resetToken\n      expiresAt\n      __typename\n    }\n    ...Problem\n    ... on CodeProblem {\n      attemptsLeft\n      __typename\n    }\n    ... on AccountLockedProblem {\n      lockedUntil\n      __typename\n    }\n  }\n}\n\nfragment Tokens on AuthTokens {\n  tokenType\n  accessToken\n  expiresIn\n  accessTokenExpiresAt\n  refreshToken\n  refreshTokenExpiresAt\n  __typename\n}\n\nfragment Session on AuthSession {\n  id\n  deviceName\n  deviceType\n  browser\n  operatingSystem\n  ipAddress\n  city\n  country\n  rememberMe\n  twoFactorVerified\n  isCurrent\n  createdAt\n  lastActivityAt\n  lastRotatedAt\n  expiresAt\n  __typename\n}\n\nfragment Account on User {\n  id\n  displayName\n  email\n  username\n  role\n  emailVerified\n  emailVerifiedAt\n  twoFactorEnabled\n  locale\n  timezone\n  termsAcceptedAt\n  privacyPolicyAcceptedAt\n  passwordChangedAt\n  createdAt\n  __typename\n}\n\nfragment Problem on AuthProblem {\n  code\n  message\n  ... on AuthRetryProblem {\n    retryAfterSeconds\n    __typename\n  }\n  __typename\n}"
    },
    {
      "id": "227d3063d02b6aba24d3b8c0f50783816ca489324ec7ee34caadb2b56aeb5f41",
      "name": "ConfirmEmailChange",
      "type": "mutation",
      "body": "mutation ConfirmEmailChange($input: ConfirmEmailChangeInput!) {\n  confirmEmailChange(input: $input) {\n    __typename\n    ... on EmailChanged {\n      user {\n        ...Account\n        __typename\n      }\n      endedSessions\n      __typename\n    }\n    ...Problem\n    ... on CodeProblem {\n      attemptsLeft\n      __typename\n    }\n  }\n}\n\nfragment Account on User {\n  id\n  displayName\n  email\n  username\n  role\n  emailVerified\n  emailVerifiedAt\n  twoFactorEnabled\n  locale\n  timezone\n  termsAcceptedAt\n  privacyPolicyAcceptedAt\n  passwordChangedAt\n  createdAt\n  __typename\n}\n\nfragment Problem on AuthProblem {\n  code\n  message\n  ... on AuthRetryProblem {\n    retryAfterSeconds\n    __typename\n  }\n  __typename\n}"
    },
    {
      "id": "9db9f90542744b61163d00a44f0d5a1dcb143b848dbda2c2b84fc291c843a519",
      "name": "ConfirmTotp",
      "type": "mutation",
      "body": "mutation ConfirmTotp($input: ConfirmTotpInput!) {\n  confirmTotp(input: $input) {\n    __typename\n    ... on RecoveryCodes {\n      codes\n      user {\n        ...Account\n        __typename\n      }\n      __typename\n    }\n    ...Problem\n    ... on CodeProblem {\n      attemptsLeft\n      __typename\n    }\n    ... on AccountLockedProblem {\n      lockedUntil\n      __typename\n    }\n  }\n}\n\nfragment Account on User {\n  id\n  displayName\n  email\n  username\n  role\n  emailVerified\n  emailVerifiedAt\n  twoFactorEnabled\n  locale\n  timezone\n  termsAcceptedAt\n  privacyPolicyAcceptedAt\n  passwordChangedAt\n  createdAt\n  __typename\n}\n\nfragment Problem on AuthProblem {\n  code\n  message\n  ... on AuthRetryProblem {\n    retryAfterSeconds\n    __typename\n  }\n  __typename\n}"
    },
    {
      "id": "980da739ce9e62e5f31cb65b8b2eef8de79d11bb7d9de503227595a1ceec629c",
      "name": "CsrfToken",
      "type": "query",
      "body": "query CsrfToken {\n  csrfToken\n}"
    },
    {
      "id": "0435fe774941ff80e8c2e502519d127c26f984863fceba2d72d7476ca1a8ee00",
      "name": "CurrentSession",
      "type": "query",
      "body": "query CurrentSession {\n  currentSession {\n    ...Session\n    __typename\n  }\n}\n\nfragment Session on AuthSession {\n  id\n  deviceName\n  deviceType\n  browser\n  operatingSystem\n  ipAddress\n  city\n  country\n  rememberMe\n  twoFactorVerified\n  isCurrent\n  createdAt\n  lastActivityAt\n  lastRotatedAt\n  expiresAt\n  __typename\n}"
    },
    {
      "id": "d7df72b317e31972fb46511cb64a15f1ce1d36f3b7bf29b71b7162e58b53ace3",
      "name": "DeleteAccount",
      "type": "mutation",
      "body": "mutation DeleteAccount($input: DeleteAccountInput!) {\n  deleteAccount(input: $input) {\n    __typename\n    ... on AccountDeleted {\n      userId\n      __typename\n    }\n    ...Problem\n    ... on CodeProblem {\n      attemptsLeft\n      __typename\n    }\n    ... on AccountLockedProblem {\n      lockedUntil\n      __typename\n    }\n  }\n}\n\nfragment Problem on AuthProblem {\n  code\n  message\n  ... on AuthRetryProblem {\n    retryAfterSeconds\n    __typename\n  }\n  __typename\n}"
    },
    {
      "id": "fec3f013a0dd7488024086a7493d032bc8bfe7244d174a192b74e54bb24f02bb",
      "name": "DisableTotp",
      "type": "mutation",
      "body": "mutation DisableTotp($input: DisableTotpInput!) {\n  disableTotp(input: $input) {\n    __typename\n    ... on TwoFactorDisabled {\n      user {\n        ...Account\n        __typename\n      }\n      __typename\n    }\n    ...Problem\n    ... on CodeProblem {\n      attemptsLeft\n      __typename\n    }\n    ... on AccountLockedProblem {\n      lockedUntil\n      __typename\n    }\n  }\n}\n\nfragment Account on User {\n  id\n  displayName\n  email\n  username\n  role\n  emailVerified\n  emailVerifiedAt\n  twoFactorEnabled\n  locale\n  timezone\n  termsAcceptedAt\n  privacyPolicyAcceptedAt\n  passwordChangedAt\n  createdAt\n  __typename\n}\n\nfragment Problem on AuthProblem {\n  code\n  message\n  ... on AuthRetryProblem {\n    retryAfterSeconds\n    __typename\n  }\n  __typename\n}"
    },
    {
      "id": "15b90183302e5dd06574b754a4325e5e6c55e94be46a4404baaa0fbdf49f2aaa",
      "name": "EnrolTotp",
      "type": "mutation",
      "body": "mutation EnrolTotp($input: EnrolTotpInput) {\n  enrolTotp(input: $input) {\n    __typename\n    ... on TotpEnrolment {\n      secret\n      otpauthUri\n      expiresAt\n      __typename\n    }\n    ...Problem\n    ... on AuthRateLimitProblem {\n      limit\n      __typename\n    }\n  }\n}\n\nfragment Problem on AuthProblem {\n  code\n  message\n  ... on AuthRetryProblem {\n    retryAfterSeconds\n    __typename\n  }\n  __typename\n}"
    },
    {
      "id": "b05fdc10cadd69de3549d1f38718964071fbecae3ef9ff27088276ab0888d85f",
      "name": "ExchangeToken",
      "type": "mutation",
      "body": "mutation ExchangeToken($input: ExchangeTokenInput!) {\n  exchangeToken(input: $input) {\n    __typename\n    ... on LoginSuccess {\n      tokens {\n        ...Tokens\n        __typename\n      }\n      session {\n        ...Session\n        __typename\n      }\n      user {\n        ...Account\n        __typename\n      }\n      firstLogin\n      deviceToken\n      __typename\n    }\n    ... on TwoFactorRequired {\n      challenge\n      expiresAt\n      methods\n      __typename\n    }\n    ... on PasswordChangeRequired {\n      resetToken\n      __typename\n    }\n    ...Problem\n  }\n}\n\nfragment Tokens on AuthTokens {\n  tokenType\n  accessToken\n  expiresIn\n  accessTokenExpiresAt\n  refreshToken\n  refreshTokenExpiresAt\n  __typename\n}\n\nfragment Session on AuthSession {\n  id\n  deviceName\n  deviceType\n  browser\n  operatingSystem\n  ipAddress\n  city\n  country\n  rememberMe\n  twoFactorVerified\n  isCurrent\n  createdAt\n  lastActivityAt\n  lastRotatedAt\n  expiresAt\n  __typename\n}\n\nfragment Account on User {\n  id\n  displayName\n  email\n  username\n  role\n  emailVerified\n  emailVerifiedAt\n  twoFactorEnabled\n  locale\n  timezone\n  termsAcceptedAt\n  privacyPolicyAcceptedAt\n  passwordChangedAt\n  createdAt\n  __typename\n}\n\nfragment Problem on AuthProblem {\n  code\n  message\n  ... on AuthRetryProblem {\n    retryAfterSeconds\n    __typename\n  }\n  __typename\n}"
    },
    {
      "id": "e120683cc8a0de060f7073e2f88cca107a0fca21a1fdf709c044ebb06e8da28b",
      "name": "GatehouseCompleteTwoFactor",
      "type": "mutation",
      "body": "mutation GatehouseCompleteTwoFactor($input: CompleteTwoFactorInput!) {\n  completeTwoFactor(input: $input) {\n    __typename\n    ... on LoginSuccess {\n      user {\n        id\n        __typename\n      }\n      session {\n        id\n        __typename\n      }\n      tokens {\n        accessToken\n        expiresIn\n        refreshToken\n        __typename\n      }\n      deviceToken\n      __typename\n    }\n    ... on PasswordChangeRequired {\n      resetToken\n      __typename\n    }\n    ... on AuthProblem {\n      code\n      message\n      __typename\n    }\n    ... on AuthRetryProblem {\n      retryAfterSeconds\n      __typename\n    }\n    ... on AuthInputProblem {\n      fields {\n        path\n        message\n        rule\n        __typename\n      }\n      __typename\n    }\n  }\n}"
    },
    {
      "id": "63f461259a95b39994cc8bc797d3b8d853737f25c154086a79785e13f7c4766f",
      "name": "GatehouseCsrfToken",
      "type": "query",
      "body": "query GatehouseCsrfToken{csrfToken}"
    },
    {
      "id": "704eba115b5be29e35abd58f9694e44f5d6d37869c137fd8d241a72ba0e092dc",
      "name": "GatehouseExchangeToken",
      "type": "mutation",
      "body": "mutation GatehouseExchangeToken($input: ExchangeTokenInput!) {\n  exchangeToken(input: $input) {\n    __typename\n    ... on LoginSuccess {\n      user {\n        id\n        __typename\n      }\n      session {\n        id\n        __typename\n      }\n      tokens {\n        accessToken\n        expiresIn\n        refreshToken\n        __typename\n      }\n      deviceToken\n      __typename\n    }\n    ... on TwoFactorRequired {\n      challenge\n      methods\n      __typename\n    }\n    ... on PasswordChangeRequired {\n      resetToken\n      __typename\n    }\n    ... on AuthProblem {\n      code\n      message\n      __typename\n    }\n    ... on AuthRetryProblem {\n      retryAfterSeconds\n      __typename\n    }\n    ... on AuthInputProblem {\n      fields {\n        path\n        message\n        rule\n        __typename\n      }\n      __typename\n    }\n  }\n}"
    },
    {
      "id": "b6f5372372007a0205ba6b3a6b551d0902e5a0ff2dd0788c6cf59aa5028b2086",
      "name": "GatehouseLogin",
      "type": "mutation",
      "body": "mutation GatehouseLogin($input: LoginInput!) {\n  login(input: $input) {\n    __typename\n    ... on LoginSuccess {\n      user {\n        id\n        __typename\n      }\n      session {\n        id\n        __typename\n      }\n      tokens {\n        accessToken\n        expiresIn\n        refreshToken\n        __typename\n      }\n      deviceToken\n      __typename\n    }\n    ... on TwoFactorRequired {\n      challenge\n      methods\n      __typename\n    }\n    ... on PasswordChangeRequired {\n      resetToken\n      __typename\n    }\n    ... on EmailNotVerifiedProblem {\n      resendAvailableAt\n      __typename\n    }\n    ... on AuthProblem {\n      code\n      message\n      __typename\n    }\n    ... on AuthRetryProblem {\n      retryAfterSeconds\n      __typename\n    }\n    ... on AuthInputProblem {\n      fields {\n        path\n        message\n        rule\n        __typename\n      }\n      __typename\n    }\n  }\n}"
    },
    {
      "id": "c9f52ddb18c3e3db6cfe73c3b8d501791165c188dc4df96b789fad713bc7fcaa",
      "name": "GatehouseLogout",
      "type": "mutation",
      "body": "mutation GatehouseLogout{logout{__typename ...on AuthRetryProblem{code retryAfterSeconds}}}"
    },
    {
      "id": "9dc1b1f581c9bcd27df16174d74c3fe8d05a31481d277fcce7def8960883c9cf",
      "name": "GatehouseLogoutEverywhere",
      "type": "mutation",
      "body": "mutation GatehouseLogoutEverywhere{revokeOtherSessions{__typename}logout{__typename ...on AuthRetryProblem{code retryAfterSeconds}}}"
    },
    {
      "id": "179eb44a5cce21510653aab97e362191f223479a02b142b6907a02dbc59fd6fe",
      "name": "GatehouseReauthenticate",
      "type": "mutation",
      "body": "mutation GatehouseReauthenticate($input: ReauthenticateInput!) {\n  reauthenticate(input: $input) {\n    __typename\n    ... on Reauthenticated {\n      session {\n        id\n        __typename\n      }\n      user {\n        id\n        __typename\n      }\n      tokens {\n        accessToken\n        expiresIn\n        refreshToken\n        __typename\n      }\n      __typename\n    }\n    ... on AuthProblem {\n      code\n      message\n      __typename\n    }\n    ... on AuthRetryProblem {\n      retryAfterSeconds\n      __typename\n    }\n    ... on AuthInputProblem {\n      fields {\n        path\n        message\n        rule\n        __typename\n      }\n      __typename\n    }\n  }\n}"
    },
    {
      "id": "a7560dc58fab8921364bab701fb12f1f72830dd3d355b9aa0834ca27fc6551d2",
      "name": "GatehouseRefresh",
      "type": "mutation",
      "body": "mutation GatehouseRefresh($input:RefreshInput){refresh(input:$input){__typename ...on RefreshSuccess{tokens{accessToken expiresIn refreshToken}}...on AuthRetryProblem{code retryAfterSeconds}}}"
    },
    {
      "id": "dc4d193dd6a79df24f355211fd36199969362b25d23889d08930bbcdb9c8a0a6",
      "name": "GatehouseResendVerification",
      "type": "mutation",
      "body": "mutation GatehouseResendVerification($input: ResendVerificationInput!) {\n  resendVerification(input: $input) {\n    __typename\n    ... on MailAccepted {\n      resendAvailableAt\n      __typename\n    }\n    ... on AuthProblem {\n      code\n      message\n      __typename\n    }\n    ... on AuthRetryProblem {\n      retryAfterSeconds\n      __typename\n    }\n    ... on AuthInputProblem {\n      fields {\n        path\n        message\n        rule\n        __typename\n      }\n      __typename\n    }\n  }\n}"
    },
    {
      "id": "302d4a2dd0ad6811098f11af33fe3cdc6daa535b5c5b5cbb01840ce530acdd6e",
      "name": "GatehouseResetPassword",
      "type": "mutation",
      "body": "mutation GatehouseResetPassword($input: ResetPasswordInput!) {\n  resetPassword(input: $input) {\n    __typename\n    ... on PasswordRejectedProblem {\n      rules\n      __typename\n    }\n    ... on AuthProblem {\n      code\n      message\n      __typename\n    }\n    ... on AuthRetryProblem {\n      retryAfterSeconds\n      __typename\n    }\n    ... on AuthInputProblem {\n      fields {\n        path\n        message\n        rule\n        __typename\n      }\n      __typename\n    }\n  }\n}"
    },
    {
      "id": "8011a340e891cc0db04dab4967000fa7363d359d336e7151e203a6ff12421780",
      "name": "GatehouseVerifyEmail",
      "type": "mutation",
      "body": "mutation GatehouseVerifyEmail($input: VerifyEmailInput!) {\n  verifyEmail(input: $input) {\n    __typename\n    ... on EmailVerified {\n      exchangeToken\n      passwordChangeRequired {\n        resetToken\n        __typename\n      }\n      __typename\n    }\n    ... on AuthProblem {\n      code\n      message\n      __typename\n    }\n    ... on AuthRetryProblem {\n      retryAfterSeconds\n      __typename\n    }\n    ... on AuthInputProblem {\n      fields {\n        path\n        message\n        rule\n        __typename\n      }\n      __typename\n    }\n  }\n}"
    },
    {
      "id": "106d236158bb9a8faf62325da720b17eb71aff7a1d2d10a8d16dbd79e57319a7",
      "name": "Login",
      "type": "mutation",
      "body": "mutation Login($input: LoginInput!) {\n  login(input: $input) {\n    __typename\n    ... on LoginSuccess {\n      tokens {\n        ...Tokens\n        __typename\n      }\n      session {\n        ...Session\n        __typename\n      }\n      user {\n        ...Account\n        __typename\n      }\n      firstLogin\n      deviceToken\n      __typename\n    }\n    ... on TwoFactorRequired {\n      challenge\n      expiresAt\n      methods\n      __typename\n    }\n    ... on PasswordChangeRequired {\n      resetToken\n      expiresAt\n      __typename\n    }\n    ...Problem\n    ... on EmailNotVerifiedProblem {\n      resendAvailableAt\n      __typename\n    }\n    ... on AccountLockedProblem {\n      lockedUntil\n      __typename\n    }\n    ... on AuthInputProblem {\n      fields {\n        path\n        message\n        rule\n        __typename\n      }\n      __typename\n    }\n    ... on AuthRateLimitProblem {\n      limit\n      __typename\n    }\n  }\n}\n\nfragment Tokens on AuthTokens {\n  tokenType\n  accessToken\n  expiresIn\n  accessTokenExpiresAt\n  refreshToken\n  refreshTokenExpiresAt\n  __typename\n}\n\nfragment Session on AuthSession {\n  id\n  deviceName\n  deviceType\n  browser\n  operatingSystem\n  ipAddress\n  city\n  country\n  rememberMe\n  twoFactorVerified\n  isCurrent\n  createdAt\n  lastActivityAt\n  lastRotatedAt\n  expiresAt\n  __typename\n}\n\nfragment Account on User {\n  id\n  displayName\n  email\n  username\n  role\n  emailVerified\n  emailVerifiedAt\n  twoFactorEnabled\n  locale\n  timezone\n  termsAcceptedAt\n  privacyPolicyAcceptedAt\n  passwordChangedAt\n  createdAt\n  __typename\n}\n\nfragment Problem on AuthProblem {\n  code\n  message\n  ... on AuthRetryProblem {\n    retryAfterSeconds\n    __typename\n  }\n  __typename\n}"
    },
    {
      "id": "077dbba9be16a92485fdb2836c25b610506f08c7912e77f334eb2d0dcc8029f1",
      "name": "Logout",
      "type": "mutation",
      "body": "mutation Logout {\n  logout {\n    __typename\n    ... on LogoutSuccess {\n      sessionId\n      __typename\n    }\n    ...Problem\n  }\n}\n\nfragment Problem on AuthProblem {\n  code\n  message\n  ... on AuthRetryProblem {\n    retryAfterSeconds\n    __typename\n  }\n  __typename\n}"
    },
    {
      "id": "64f46fddd5c82189ab597287b30991cccccb6e5daba07279b0cd94477344e54b",
      "name": "Me",
      "type": "query",
      "body": "query Me {\n  me {\n    ...Account\n    __typename\n  }\n}\n\nfragment Account on User {\n  id\n  displayName\n  email\n  username\n  role\n  emailVerified\n  emailVerifiedAt\n  twoFactorEnabled\n  locale\n  timezone\n  termsAcceptedAt\n  privacyPolicyAcceptedAt\n  passwordChangedAt\n  createdAt\n  __typename\n}"
    },
    {
      "id": "20f5f553f43d54e47d9f1eae9d472337a39f0d9f7c68e25feeb4724e459bf6d6",
      "name": "MeInBrief",
      "type": "query",
      "body": "query MeInBrief {\n  me {\n    id\n    email\n    __typename\n  }\n}"
    },
    {
      "id": "f818dd1a3daa095a066ac8e3a86b9293604475afee99d885dc674fb3f433e4de",
      "name": "MyAuditEvents",
      "type": "query",
      "body": "query MyAuditEvents($first: Int, $after: String) {\n  myAuditEvents(first: $first, after: $after) {\n    edges {\n      cursor\n      node {\n        id\n        type\n        success\n        riskLevel\n        actorId\n        userId\n        ipAddress\n        userAgent\n        requestId\n        metadata\n        attributes {\n          name\n          value\n          __typename\n        }\n        createdAt\n        __typename\n      }\n      __typename\n    }\n    nodes {\n      id\n      __typename\n    }\n    pageInfo {\n      hasNextPage\n      hasPreviousPage\n      startCursor\n      endCursor\n      __typename\n    }\n    __typename\n  }\n}"
    },
    {
      "id": "72f9efc5772b342e13c0ff9f43a49a430228a504f65fd5511defe55b0897fc06",
      "name": "MySessions",
      "type": "query",
      "body": "query MySessions($first: Int, $after: String) {\n  mySessions(first: $first, after: $after) {\n    edges {\n      cursor\n      node {\n        ...Session\n        __typename\n      }\n      __typename\n    }\n    nodes {\n      id\n      __typename\n    }\n    pageInfo {\n      hasNextPage\n      hasPreviousPage\n      startCursor\n      endCursor\n      __typename\n    }\n    totalCount\n    __typename\n  }\n}\n\nfragment Session on AuthSession {\n  id\n  deviceName\n  deviceType\n  browser\n  operatingSystem\n  ipAddress\n  city\n  country\n  rememberMe\n  twoFactorVerified\n  isCurrent\n  createdAt\n  lastActivityAt\n  lastRotatedAt\n  expiresAt\n  __typename\n}"
    },
    {
      "id": "4b251d4eee42378428ec3eb982427042ea3b0b13cd3f64bbda987812af62c6dd",
      "name": "Reauthenticate",
      "type": "mutation",
      "body": "mutation Reauthenticate($input: ReauthenticateInput!) {\n  reauthenticate(input: $input) {\n    __typename\n    ... on Reauthenticated {\n      tokens {\n        ...Tokens\n        __typename\n      }\n      session {\n        ...Session\n        __typename\n      }\n      user {\n        ...Account\n        __typename\n      }\n      validUntil\n      __typename\n    }\n    ...Problem\n    ... on CodeProblem {\n      attemptsLeft\n      __typename\n    }\n    ... on AccountLockedProblem {\n      lockedUntil\n      __typename\n    }\n  }\n}\n\nfragment Tokens on AuthTokens {\n  tokenType\n  accessToken\n  expiresIn\n  accessTokenExpiresAt\n  refreshToken\n  refreshTokenExpiresAt\n  __typename\n}\n\nfragment Session on AuthSession {\n  id\n  deviceName\n  deviceType\n  browser\n  operatingSystem\n  ipAddress\n  city\n  country\n  rememberMe\n  twoFactorVerified\n  isCurrent\n  createdAt\n  lastActivityAt\n  lastRotatedAt\n  expiresAt\n  __typename\n}\n\nfragment Account on User {\n  id\n  displayName\n  email\n  username\n  role\n  emailVerified\n  emailVerifiedAt\n  twoFactorEnabled\n  locale\n  timezone\n  termsAcceptedAt\n  privacyPolicyAcceptedAt\n  passwordChangedAt\n  createdAt\n  __typename\n}\n\nfragment Problem on AuthProblem {\n  code\n  message\n  ... on AuthRetryProblem {\n    retryAfterSeconds\n    __typename\n  }\n  __typename\n}"
    },
    {
      "id": "5b22b380c94d751b51278cc5bb73264737dcbcd044d92cc154e9db19488afb48",
      "name": "Refresh",
      "type": "mutation",
      "body": "mutation Refresh($input: RefreshInput) {\n  refresh(input: $input) {\n    __typename\n    ... on RefreshSuccess {\n      tokens {\n        ...Tokens\n        __typename\n      }\n      session {\n        ...Session\n        __typename\n      }\n      __typename\n    }\n    ...Problem\n    ... on AuthRateLimitProblem {\n      limit\n      __typename\n    }\n  }\n}\n\nfragment Tokens on AuthTokens {\n  tokenType\n  accessToken\n  expiresIn\n  accessTokenExpiresAt\n  refreshToken\n  refreshTokenExpiresAt\n  __typename\n}\n\nfragment Session on AuthSession {\n  id\n  deviceName\n  deviceType\n  browser\n  operatingSystem\n  ipAddress\n  city\n  country\n  rememberMe\n  twoFactorVerified\n  isCurrent\n  createdAt\n  lastActivityAt\n  lastRotatedAt\n  expiresAt\n  __typename\n}\n\nfragment Problem on AuthProblem {\n  code\n  message\n  ... on AuthRetryProblem {\n    retryAfterSeconds\n    __typename\n  }\n  __typename\n}"
    },
    {
      "id": "65dd4b3be6352b4ffb12d0286cce5cbc9895ecaa2552ee87352369888f61eaf1",
      "name": "RefreshWithAccount",
      "type": "mutation",
      "body": "mutation RefreshWithAccount($input: RefreshInput) {\n  refresh(input: $input) {\n    __typename\n    ... on RefreshSuccess {\n      tokens {\n        ...Tokens\n        __typename\n      }\n      session {\n        ...Session\n        __typename\n      }\n      user {\n        ...Account\n        __typename\n      }\n      __typename\n    }\n    ...Problem\n  }\n}\n\nfragment Tokens on AuthTokens {\n  tokenType\n  accessToken\n  expiresIn\n  accessTokenExpiresAt\n  refreshToken\n  refreshTokenExpiresAt\n  __typename\n}\n\nfragment Session on AuthSession {\n  id\n  deviceName\n  deviceType\n  browser\n  operatingSystem\n  ipAddress\n  city\n  country\n  rememberMe\n  twoFactorVerified\n  isCurrent\n  createdAt\n  lastActivityAt\n  lastRotatedAt\n  expiresAt\n  __typename\n}\n\nfragment Account on User {\n  id\n  displayName\n  email\n  username\n  role\n  emailVerified\n  emailVerifiedAt\n  twoFactorEnabled\n  locale\n  timezone\n  termsAcceptedAt\n  privacyPolicyAcceptedAt\n  passwordChangedAt\n  createdAt\n  __typename\n}\n\nfragment Problem on AuthProblem {\n  code\n  message\n  ... on AuthRetryProblem {\n    retryAfterSeconds\n    __typename\n  }\n  __typename\n}"
    },
    {
      "id": "ed033c472167f9472f142200eaddd012f99555a124a962e93965da23409d4364",
      "name": "RegenerateRecoveryCodes",
      "type": "mutation",
      "body": "mutation RegenerateRecoveryCodes($input: RegenerateRecoveryCodesInput!) {\n  regenerateRecoveryCodes(input: $input) {\n    __typename\n    ... on RecoveryCodes {\n      codes\n      user {\n        ...Account\n        __typename\n      }\n      __typename\n    }\n    ...Problem\n    ... on CodeProblem {\n      attemptsLeft\n      __typename\n    }\n    ... on AccountLockedProblem {\n      lockedUntil\n      __typename\n    }\n  }\n}\n\nfragment Account on User {\n  id\n  displayName\n  email\n  username\n  role\n  emailVerified\n  emailVerifiedAt\n  twoFactorEnabled\n  locale\n  timezone\n  termsAcceptedAt\n  privacyPolicyAcceptedAt\n  passwordChangedAt\n  createdAt\n  __typename\n}\n\nfragment Problem on AuthProblem {\n  code\n  message\n  ... on AuthRetryProblem {\n    retryAfterSeconds\n    __typename\n  }\n  __typename\n}"
    },
    {
      "id": "01c65cd3c0c3395cb67fe3f2f429a6b4f6a3b5eb7abc4287fc34a18934787287",
      "name": "ReportSession",
      "type": "mutation",
      "body": "mutation ReportSession($input: ReportSessionInput!) {\n  reportSession(input: $input) {\n    __typename\n    ... on SessionReported {\n      sessionId\n      endedSessions\n      mailStatus\n      __typename\n    }\n    ...Problem\n    ... on AuthRateLimitProblem {\n      limit\n      __typename\n    }\n  }\n}\n\nfragment Problem on AuthProblem {\n  code\n  message\n  ... on AuthRetryProblem {\n    retryAfterSeconds\n    __typename\n  }\n  __typename\n}"
    },
    {
      "id": "8ba23fc47ddae6e888442693ce88c38cca132b263db9f10e45d204bf34d30c9c",
      "name": "RequestEmailChange",
      "type": "mutation",
      "body": "mutation RequestEmailChange($input: RequestEmailChangeInput!) {\n  requestEmailChange(input: $input) {\n    __typename\n    ... on MailAccepted {\n      email\n      mailStatus\n      resendAvailableAt\n      __typename\n    }\n    ...Problem\n    ... on AuthInputProblem {\n      fields {\n        path\n        message\n        rule\n        __typename\n      }\n      __typename\n    }\n    ... on AuthRateLimitProblem {\n      limit\n      __typename\n    }\n  }\n}\n\nfragment Problem on AuthProblem {\n  code\n  message\n  ... on AuthRetryProblem {\n    retryAfterSeconds\n    __typename\n  }\n  __typename\n}"
    },
    {
      "id": "792dc0834110ac6412b78b1b88463f7a7a437641908602be6cf95994fba79131",
      "name": "RequestPasswordReset",
      "type": "mutation",
      "body": "mutation RequestPasswordReset($input: RequestPasswordResetInput!) {\n  requestPasswordReset(input: $input) {\n    __typename\n    ... on MailAccepted {\n      email\n      mailStatus\n      resendAvailableAt\n      __typename\n    }\n    ...Problem\n    ... on AuthInputProblem {\n      fields {\n        path\n        message\n        rule\n        __typename\n      }\n      __typename\n    }\n    ... on AuthRateLimitProblem {\n      limit\n      __typename\n    }\n  }\n}\n\nfragment Problem on AuthProblem {\n  code\n  message\n  ... on AuthRetryProblem {\n    retryAfterSeconds\n    __typename\n  }\n  __typename\n}"
    },
    {
      "id": "3208d20e2378097c444b47624ad9bf269c30109339517df678cb588c27a62dda",
      "name": "ResendVerification",
      "type": "mutation",
      "body": "mutation ResendVerification($input: ResendVerificationInput!) {\n  resendVerification(input: $input) {\n    __typename\n    ... on MailAccepted {\n      email\n      mailStatus\n      resendAvailableAt\n      __typename\n    }\n    ...Problem\n    ... on AuthInputProblem {\n      fields {\n        path\n        message\n        rule\n        __typename\n      }\n      __typename\n    }\n    ... on AuthRateLimitProblem {\n      limit\n      __typename\n    }\n  }\n}\n\nfragment Problem on AuthProblem {\n  code\n  message\n  ... on AuthRetryProblem {\n    retryAfterSeconds\n    __typename\n  }\n  __typename\n}"
    },
    {
      "id": "dd97a78b8bb8dcedc42d704fed9e987bb66031a672294e3892210a913919df99",
      "name": "ResetPassword",
      "type": "mutation",
      "body": "mutation ResetPassword($input: ResetPasswordInput!) {\n  resetPassword(input: $input) {\n    __typename\n    ... on PasswordResetSuccess {\n      endedSessions\n      __typename\n    }\n    ...Problem\n    ... on PasswordRejectedProblem {\n      rules\n      __typename\n    }\n    ... on AuthInputProblem {\n      fields {\n        path\n        message\n        rule\n        __typename\n      }\n      __typename\n    }\n    ... on AuthRateLimitProblem {\n      limit\n      __typename\n    }\n  }\n}\n\nfragment Problem on AuthProblem {\n  code\n  message\n  ... on AuthRetryProblem {\n    retryAfterSeconds\n    __typename\n  }\n  __typename\n}"
    },
    {
      "id": "70ea84ccc8119de9b5baed269adda9efd57b1ff5bac8605e4cbb4bcc85d369a7",
      "name": "RevertEmailChange",
      "type": "mutation",
      "body": "mutation RevertEmailChange($input: RevertEmailChangeInput!) {\n  revertEmailChange(input: $input) {\n    __typename\n    ... on EmailChangeReverted {\n      email\n      mailStatus\n      __typename\n    }\n    ...Problem\n    ... on AuthRateLimitProblem {\n      limit\n      __typename\n    }\n  }\n}\n\nfragment Problem on AuthProblem {\n  code\n  message\n  ... on AuthRetryProblem {\n    retryAfterSeconds\n    __typename\n  }\n  __typename\n}"
    },
    {
      "id": "ec42e0320711b9e8d321cd567e751c2fe707ebd9af4a967e23579dda36c64e52",
      "name": "RevokeOtherSessions",
      "type": "mutation",
      "body": "mutation RevokeOtherSessions {\n  revokeOtherSessions {\n    __typename\n    ... on SessionsRevoked {\n      count\n      __typename\n    }\n    ...Problem\n    ... on AuthRateLimitProblem {\n      limit\n      __typename\n    }\n  }\n}\n\nfragment Problem on AuthProblem {\n  code\n  message\n  ... on AuthRetryProblem {\n    retryAfterSeconds\n    __typename\n  }\n  __typename\n}"
    },
    {
      "id": "cea54145a286aa0a0d8ff416037d70a9a2a6deb528168bbf9332c28b0c7276c8",
      "name": "RevokeSession",
      "type": "mutation",
      "body": "mutation RevokeSession($id: ID!) {\n  revokeSession(id: $id) {\n    __typename\n    ... on SessionRevoked {\n      sessionId\n      __typename\n    }\n    ...Problem\n    ... on AuthRateLimitProblem {\n      limit\n      __typename\n    }\n  }\n}\n\nfragment Problem on AuthProblem {\n  code\n  message\n  ... on AuthRetryProblem {\n    retryAfterSeconds\n    __typename\n  }\n  __typename\n}"
    },
    {
      "id": "d3cd97f50c80bdef67fe928a2a56bb2f25c95f4cedc8737392359cc6ac2f5962",
      "name": "Signup",
      "type": "mutation",
      "body": "mutation Signup($input: SignupInput!) {\n  signup(input: $input) {\n    __typename\n    ... on SignupAccepted {\n      email\n      mailStatus\n      codeExpiresAt\n      resendAvailableAt\n      __typename\n    }\n    ...Problem\n    ... on AuthInputProblem {\n      fields {\n        path\n        message\n        rule\n        __typename\n      }\n      __typename\n    }\n    ... on PasswordRejectedProblem {\n      rules\n      __typename\n    }\n    ... on AuthRateLimitProblem {\n      limit\n      __typename\n    }\n  }\n}\n\nfragment Problem on AuthProblem {\n  code\n  message\n  ... on AuthRetryProblem {\n    retryAfterSeconds\n    __typename\n  }\n  __typename\n}"
    },
    {
      "id": "474aa96b16f584711f13885524e142d9ac10780408925c8dcff27a4a67e1365a",
      "name": "UpdateProfile",
      "type": "mutation",
      "body": "mutation UpdateProfile($input: UpdateProfileInput!) {\n  updateProfile(input: $input) {\n    __typename\n    ... on ProfileUpdated {\n      user {\n        ...Account\n        __typename\n      }\n      __typename\n    }\n    ...Problem\n    ... on AuthInputProblem {\n      fields {\n        path\n        message\n        rule\n        __typename\n      }\n      __typename\n    }\n  }\n}\n\nfragment Account on User {\n  id\n  displayName\n  email\n  username\n  role\n  emailVerified\n  emailVerifiedAt\n  twoFactorEnabled\n  locale\n  timezone\n  termsAcceptedAt\n  privacyPolicyAcceptedAt\n  passwordChangedAt\n  createdAt\n  __typename\n}\n\nfragment Problem on AuthProblem {\n  code\n  message\n  ... on AuthRetryProblem {\n    retryAfterSeconds\n    __typename\n  }\n  __typename\n}"
    },
    {
      "id": "7ee8df70e517eec328729b7ddf671b977389a737b10c811ab23da1530af09242",
      "name": "VerifyEmail",
      "type": "mutation",
      "body": "mutation VerifyEmail($input: VerifyEmailInput!) {\n  verifyEmail(input: $input) {\n    __typename\n    ... on EmailVerified {\n      user {\n        ...Account\n        __typename\n      }\n      exchangeToken\n      exchangeTokenExpiresAt\n      passwordChangeRequired {\n        resetToken\n        expiresAt\n        __typename\n      }\n      __typename\n    }\n    ...Problem\n    ... on CodeProblem {\n      attemptsLeft\n      __typename\n    }\n    ... on AuthInputProblem {\n      fields {\n        path\n        message\n        rule\n        __typename\n      }\n      __typename\n    }\n    ... on AuthRateLimitProblem {\n      limit\n      __typename\n    }\n  }\n}\n\nfragment Account on User {\n  id\n  displayName\n  email\n  username\n  role\n  emailVerified\n  emailVerifiedAt\n  twoFactorEnabled\n  locale\n  timezone\n  termsAcceptedAt\n  privacyPolicyAcceptedAt\n  passwordChangedAt\n  createdAt\n  __typename\n}\n\nfragment Problem on AuthProblem {\n  code\n  message\n  ... on AuthRetryProblem {\n    retryAfterSeconds\n    __typename\n  }\n  __typename\n}"
    },
    {
      "id": "6da0023d0551df2b745be6fb010ce2899ef5eaa062565d995bf5229abe5809c2",
      "name": "VerifyEmailWithToken",
      "type": "mutation",
      "body": "mutation VerifyEmailWithToken($input: VerifyEmailWithTokenInput!) {\n  verifyEmailWithToken(input: $input) {\n    __typename\n    ... on EmailVerified {\n      user {\n        ...Account\n        __typename\n      }\n      exchangeToken\n      exchangeTokenExpiresAt\n      passwordChangeRequired {\n        resetToken\n        expiresAt\n        __typename\n      }\n      __typename\n    }\n    ...Problem\n  }\n}\n\nfragment Account on User {\n  id\n  displayName\n  email\n  username\n  role\n  emailVerified\n  emailVerifiedAt\n  twoFactorEnabled\n  locale\n  timezone\n  termsAcceptedAt\n  privacyPolicyAcceptedAt\n  passwordChangedAt\n  createdAt\n  __typename\n}\n\nfragment Problem on AuthProblem {\n  code\n  message\n  ... on AuthRetryProblem {\n    retryAfterSeconds\n    __typename\n  }\n  __typename\n}"
    },
    {
      "id": "b0f6441910ffbdc9ff1a7c1ab00c2d2af8fef7ea843e819fffa7b99e3de35207",
      "name": "VerifyEmailWithTokenWithoutSession",
      "type": "mutation",
      "body": "mutation VerifyEmailWithTokenWithoutSession($input: VerifyEmailWithTokenInput!) {\n  verifyEmailWithToken(input: $input) {\n    __typename\n    ... on EmailVerified {\n      user {\n        id\n        __typename\n      }\n      passwordChangeRequired {\n        resetToken\n        __typename\n      }\n      __typename\n    }\n    ...Problem\n    ... on AuthRateLimitProblem {\n      limit\n      __typename\n    }\n  }\n}\n\nfragment Problem on AuthProblem {\n  code\n  message\n  ... on AuthRetryProblem {\n    retryAfterSeconds\n    __typename\n  }\n  __typename\n}"
    },
    {
      "id": "85b96e1745766f92bb6b626473732cbfe415fe445e50911edc1422a3a70758ce",
      "name": "VerifyEmailWithoutSession",
      "type": "mutation",
      "body": "mutation VerifyEmailWithoutSession($input: VerifyEmailInput!) {\n  verifyEmail(input: $input) {\n    __typename\n    ... on EmailVerified {\n      user {\n        id\n        __typename\n      }\n      passwordChangeRequired {\n        resetToken\n        __typename\n      }\n      __typename\n    }\n    ...Problem\n    ... on CodeProblem {\n      attemptsLeft\n      __typename\n    }\n    ... on AuthRateLimitProblem {\n      limit\n      __typename\n    }\n  }\n}\n\nfragment Problem on AuthProblem {\n  code\n  message\n  ... on AuthRetryProblem {\n    retryAfterSeconds\n    __typename\n  }\n  __typename\n}"
    },
    {
      "id": "8bdc74e5db383abb9268078ee5b222c80f06ddb0786f67d0a286f780fef1dcd6",
      "name": "VerifyPasswordResetCode",
      "type": "mutation",
      "body": "mutation VerifyPasswordResetCode($input: VerifyPasswordResetCodeInput!) {\n  verifyPasswordResetCode(input: $input) {\n    __typename\n    ... on PasswordResetTicket {\n      resetToken\n      expiresAt\n      __typename\n    }\n    ...Problem\n    ... on CodeProblem {\n      attemptsLeft\n      __typename\n    }\n    ... on AuthRateLimitProblem {\n      limit\n      __typename\n    }\n  }\n}\n\nfragment Problem on AuthProblem {\n  code\n  message\n  ... on AuthRetryProblem {\n    retryAfterSeconds\n    __typename\n  }\n  __typename\n}"
    }
  ]
};
