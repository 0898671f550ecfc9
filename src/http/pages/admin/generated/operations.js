// Written by scripts/write-page-operations.js from operations/.

export const AdminAuditEvents = `query AdminAuditEvents($filter: AdminAuditFilter, $first: Int = 50, $after: String) {
  adminAuditEvents(filter: $filter, first: $first, after: $after) {
    nodes {
      ...AdminAuditEvent
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}

fragment AdminAuditEvent on AuditEvent {
  id
  type
  success
  riskLevel
  actorId
  userId
  ipAddress
  userAgent
  requestId
  attributes {
    name
    value
  }
  createdAt
}
`;

export const AdminDeleteUser = `mutation AdminDeleteUser($input: AdminDeleteUserInput!) {
  adminDeleteUser(input: $input) {
    __typename
    ... on AdminUserDeleted {
      userId
      endedSessions
    }
    ...Problem
    ... on AuthInputProblem {
      fields {
        path
        message
        rule
      }
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

export const AdminDisableUser = `mutation AdminDisableUser($input: AdminUserInput!) {
  adminDisableUser(input: $input) {
    ...AdminUserActed
  }
}

fragment Problem on AuthProblem {
  code
  message
  ... on AuthRetryProblem {
    retryAfterSeconds
  }
}

fragment AdminUserDetails on AdminUser {
  id
  user {
    id
  }
  email
  username
  displayName
  role
  state
  emailVerifiedAt
  twoFactorEnabledAt
  passwordChangedAt
  passwordBreachedAt
  disabledAt
  lockedUntil
  lastLoginAt
  createdAt
  locale
  timezone
  liveSessionCount
}

fragment AdminUserActed on AdminUserResult {
  __typename
  ... on AdminUserUpdated {
    user {
      ...AdminUserDetails
    }
    endedSessions
    mailStatus
  }
  ...Problem
  ... on AuthInputProblem {
    fields {
      path
      message
      rule
    }
  }
}
`;

export const AdminEnableUser = `mutation AdminEnableUser($input: AdminUserInput!) {
  adminEnableUser(input: $input) {
    ...AdminUserActed
  }
}

fragment Problem on AuthProblem {
  code
  message
  ... on AuthRetryProblem {
    retryAfterSeconds
  }
}

fragment AdminUserDetails on AdminUser {
  id
  user {
    id
  }
  email
  username
  displayName
  role
  state
  emailVerifiedAt
  twoFactorEnabledAt
  passwordChangedAt
  passwordBreachedAt
  disabledAt
  lockedUntil
  lastLoginAt
  createdAt
  locale
  timezone
  liveSessionCount
}

fragment AdminUserActed on AdminUserResult {
  __typename
  ... on AdminUserUpdated {
    user {
      ...AdminUserDetails
    }
    endedSessions
    mailStatus
  }
  ...Problem
  ... on AuthInputProblem {
    fields {
      path
      message
      rule
    }
  }
}
`;

export const AdminEndSession = `mutation AdminEndSession($input: AdminEndSessionInput!) {
  adminEndSession(input: $input) {
    ...AdminUserActed
  }
}

fragment Problem on AuthProblem {
  code
  message
  ... on AuthRetryProblem {
    retryAfterSeconds
  }
}

fragment AdminUserDetails on AdminUser {
  id
  user {
    id
  }
  email
  username
  displayName
  role
  state
  emailVerifiedAt
  twoFactorEnabledAt
  passwordChangedAt
  passwordBreachedAt
  disabledAt
  lockedUntil
  lastLoginAt
  createdAt
  locale
  timezone
  liveSessionCount
}

fragment AdminUserActed on AdminUserResult {
  __typename
  ... on AdminUserUpdated {
    user {
      ...AdminUserDetails
    }
    endedSessions
    mailStatus
  }
  ...Problem
  ... on AuthInputProblem {
    fields {
      path
      message
      rule
    }
  }
}
`;

export const AdminEndUserSessions = `mutation AdminEndUserSessions($input: AdminUserInput!) {
  adminEndUserSessions(input: $input) {
    ...AdminUserActed
  }
}

fragment Problem on AuthProblem {
  code
  message
  ... on AuthRetryProblem {
    retryAfterSeconds
  }
}

fragment AdminUserDetails on AdminUser {
  id
  user {
    id
  }
  email
  username
  displayName
  role
  state
  emailVerifiedAt
  twoFactorEnabledAt
  passwordChangedAt
  passwordBreachedAt
  disabledAt
  lockedUntil
  lastLoginAt
  createdAt
  locale
  timezone
  liveSessionCount
}

fragment AdminUserActed on AdminUserResult {
  __typename
  ... on AdminUserUpdated {
    user {
      ...AdminUserDetails
    }
    endedSessions
    mailStatus
  }
  ...Problem
  ... on AuthInputProblem {
    fields {
      path
      message
      rule
    }
  }
}
`;

export const AdminInviteUser = `mutation AdminInviteUser($input: AdminInviteUserInput!) {
  adminInviteUser(input: $input) {
    ...AdminUserActed
  }
}

fragment Problem on AuthProblem {
  code
  message
  ... on AuthRetryProblem {
    retryAfterSeconds
  }
}

fragment AdminUserDetails on AdminUser {
  id
  user {
    id
  }
  email
  username
  displayName
  role
  state
  emailVerifiedAt
  twoFactorEnabledAt
  passwordChangedAt
  passwordBreachedAt
  disabledAt
  lockedUntil
  lastLoginAt
  createdAt
  locale
  timezone
  liveSessionCount
}

fragment AdminUserActed on AdminUserResult {
  __typename
  ... on AdminUserUpdated {
    user {
      ...AdminUserDetails
    }
    endedSessions
    mailStatus
  }
  ...Problem
  ... on AuthInputProblem {
    fields {
      path
      message
      rule
    }
  }
}
`;

export const AdminMails = `query AdminMails($filter: AdminMailFilter, $first: Int = 50, $after: String) {
  adminMails(filter: $filter, first: $first, after: $after) {
    nodes {
      ...AdminMail
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}

fragment AdminMail on AdminMail {
  id
  mail
  recipient
  status
  attempts
  createdAt
  nextAttemptAt
  finishedAt
  lastError
  userId
  requestId
}
`;

export const AdminOverview = `query AdminOverview($days: Int! = 30) {
  adminOverview(days: $days) {
    users
    verifiedUsers
    newUsers
    activeUsersToday
    activeUsers30Days
    liveSessions
    lockedNow
    signIns24Hours
    refusedSignIns24Hours
    twoFactorUsers
    admins
    adminsWithTwoFactor
    mailsWaiting
    oldestMailWaitingSeconds
    days {
      day
      signIns
      refusedSignIns
      signUps
      verifications
      passwordResets
    }
    refusals {
      code
      count
    }
  }
}
`;

export const AdminRequirePasswordChange = `mutation AdminRequirePasswordChange($input: AdminUserInput!) {
  adminRequirePasswordChange(input: $input) {
    ...AdminUserActed
  }
}

fragment Problem on AuthProblem {
  code
  message
  ... on AuthRetryProblem {
    retryAfterSeconds
  }
}

fragment AdminUserDetails on AdminUser {
  id
  user {
    id
  }
  email
  username
  displayName
  role
  state
  emailVerifiedAt
  twoFactorEnabledAt
  passwordChangedAt
  passwordBreachedAt
  disabledAt
  lockedUntil
  lastLoginAt
  createdAt
  locale
  timezone
  liveSessionCount
}

fragment AdminUserActed on AdminUserResult {
  __typename
  ... on AdminUserUpdated {
    user {
      ...AdminUserDetails
    }
    endedSessions
    mailStatus
  }
  ...Problem
  ... on AuthInputProblem {
    fields {
      path
      message
      rule
    }
  }
}
`;

export const AdminResendVerification = `mutation AdminResendVerification($input: AdminUserInput!) {
  adminResendVerification(input: $input) {
    ...AdminUserActed
  }
}

fragment Problem on AuthProblem {
  code
  message
  ... on AuthRetryProblem {
    retryAfterSeconds
  }
}

fragment AdminUserDetails on AdminUser {
  id
  user {
    id
  }
  email
  username
  displayName
  role
  state
  emailVerifiedAt
  twoFactorEnabledAt
  passwordChangedAt
  passwordBreachedAt
  disabledAt
  lockedUntil
  lastLoginAt
  createdAt
  locale
  timezone
  liveSessionCount
}

fragment AdminUserActed on AdminUserResult {
  __typename
  ... on AdminUserUpdated {
    user {
      ...AdminUserDetails
    }
    endedSessions
    mailStatus
  }
  ...Problem
  ... on AuthInputProblem {
    fields {
      path
      message
      rule
    }
  }
}
`;

export const AdminResetTwoFactor = `mutation AdminResetTwoFactor($input: AdminUserInput!) {
  adminResetTwoFactor(input: $input) {
    ...AdminUserActed
  }
}

fragment Problem on AuthProblem {
  code
  message
  ... on AuthRetryProblem {
    retryAfterSeconds
  }
}

fragment AdminUserDetails on AdminUser {
  id
  user {
    id
  }
  email
  username
  displayName
  role
  state
  emailVerifiedAt
  twoFactorEnabledAt
  passwordChangedAt
  passwordBreachedAt
  disabledAt
  lockedUntil
  lastLoginAt
  createdAt
  locale
  timezone
  liveSessionCount
}

fragment AdminUserActed on AdminUserResult {
  __typename
  ... on AdminUserUpdated {
    user {
      ...AdminUserDetails
    }
    endedSessions
    mailStatus
  }
  ...Problem
  ... on AuthInputProblem {
    fields {
      path
      message
      rule
    }
  }
}
`;

export const AdminRetryMail = `mutation AdminRetryMail($input: AdminRetryMailInput!) {
  adminRetryMail(input: $input) {
    ...AdminMailQueued
  }
}

fragment Problem on AuthProblem {
  code
  message
  ... on AuthRetryProblem {
    retryAfterSeconds
  }
}

fragment AdminMail on AdminMail {
  id
  mail
  recipient
  status
  attempts
  createdAt
  nextAttemptAt
  finishedAt
  lastError
  userId
  requestId
}

fragment AdminMailQueued on AdminMailResult {
  __typename
  ... on AdminMailQueued {
    mail {
      ...AdminMail
    }
  }
  ...Problem
}
`;

export const AdminRotateSigningKey = `mutation AdminRotateSigningKey {
  adminRotateSigningKey {
    __typename
    ... on AdminSigningKeyRotated {
      key {
        ...AdminSigningKeyDetails
      }
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

fragment AdminSigningKeyDetails on AdminSigningKey {
  id
  algorithm
  createdAt
  activeFrom
  retiresAt
  state
}
`;

export const AdminSendPasswordReset = `mutation AdminSendPasswordReset($input: AdminUserInput!) {
  adminSendPasswordReset(input: $input) {
    ...AdminUserActed
  }
}

fragment Problem on AuthProblem {
  code
  message
  ... on AuthRetryProblem {
    retryAfterSeconds
  }
}

fragment AdminUserDetails on AdminUser {
  id
  user {
    id
  }
  email
  username
  displayName
  role
  state
  emailVerifiedAt
  twoFactorEnabledAt
  passwordChangedAt
  passwordBreachedAt
  disabledAt
  lockedUntil
  lastLoginAt
  createdAt
  locale
  timezone
  liveSessionCount
}

fragment AdminUserActed on AdminUserResult {
  __typename
  ... on AdminUserUpdated {
    user {
      ...AdminUserDetails
    }
    endedSessions
    mailStatus
  }
  ...Problem
  ... on AuthInputProblem {
    fields {
      path
      message
      rule
    }
  }
}
`;

export const AdminSendTestMail = `mutation AdminSendTestMail($input: AdminSendTestMailInput!) {
  adminSendTestMail(input: $input) {
    ...AdminMailQueued
  }
}

fragment Problem on AuthProblem {
  code
  message
  ... on AuthRetryProblem {
    retryAfterSeconds
  }
}

fragment AdminMail on AdminMail {
  id
  mail
  recipient
  status
  attempts
  createdAt
  nextAttemptAt
  finishedAt
  lastError
  userId
  requestId
}

fragment AdminMailQueued on AdminMailResult {
  __typename
  ... on AdminMailQueued {
    mail {
      ...AdminMail
    }
  }
  ...Problem
}
`;

export const AdminSetUserRole = `mutation AdminSetUserRole($input: AdminSetUserRoleInput!) {
  adminSetUserRole(input: $input) {
    ...AdminUserActed
  }
}

fragment Problem on AuthProblem {
  code
  message
  ... on AuthRetryProblem {
    retryAfterSeconds
  }
}

fragment AdminUserDetails on AdminUser {
  id
  user {
    id
  }
  email
  username
  displayName
  role
  state
  emailVerifiedAt
  twoFactorEnabledAt
  passwordChangedAt
  passwordBreachedAt
  disabledAt
  lockedUntil
  lastLoginAt
  createdAt
  locale
  timezone
  liveSessionCount
}

fragment AdminUserActed on AdminUserResult {
  __typename
  ... on AdminUserUpdated {
    user {
      ...AdminUserDetails
    }
    endedSessions
    mailStatus
  }
  ...Problem
  ... on AuthInputProblem {
    fields {
      path
      message
      rule
    }
  }
}
`;

export const AdminStatus = `query AdminStatus {
  adminStatus {
    version
    startedAt
    parts {
      name
      status
      latencyMs
      detail
    }
    findings {
      code
      severity
      what
      why
      next
    }
    signingKeys {
      id
      algorithm
      createdAt
      activeFrom
      retiresAt
      state
    }
    changedSettings {
      name
      value
      secret
    }
  }
}
`;

export const AdminUnlockUser = `mutation AdminUnlockUser($input: AdminUserInput!) {
  adminUnlockUser(input: $input) {
    ...AdminUserActed
  }
}

fragment Problem on AuthProblem {
  code
  message
  ... on AuthRetryProblem {
    retryAfterSeconds
  }
}

fragment AdminUserDetails on AdminUser {
  id
  user {
    id
  }
  email
  username
  displayName
  role
  state
  emailVerifiedAt
  twoFactorEnabledAt
  passwordChangedAt
  passwordBreachedAt
  disabledAt
  lockedUntil
  lastLoginAt
  createdAt
  locale
  timezone
  liveSessionCount
}

fragment AdminUserActed on AdminUserResult {
  __typename
  ... on AdminUserUpdated {
    user {
      ...AdminUserDetails
    }
    endedSessions
    mailStatus
  }
  ...Problem
  ... on AuthInputProblem {
    fields {
      path
      message
      rule
    }
  }
}
`;

export const AdminUser = `query AdminUser($id: ID!) {
  adminUser(id: $id) {
    ...AdminUserDetails
    signInObstacle {
      code
      explanation
      remedy
      since
      lastRefusal {
        ...AdminAuditEvent
      }
    }
    sessions {
      nodes {
        ...Session
      }
    }
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

fragment AdminAuditEvent on AuditEvent {
  id
  type
  success
  riskLevel
  actorId
  userId
  ipAddress
  userAgent
  requestId
  attributes {
    name
    value
  }
  createdAt
}

fragment AdminUserDetails on AdminUser {
  id
  user {
    id
  }
  email
  username
  displayName
  role
  state
  emailVerifiedAt
  twoFactorEnabledAt
  passwordChangedAt
  passwordBreachedAt
  disabledAt
  lockedUntil
  lastLoginAt
  createdAt
  locale
  timezone
  liveSessionCount
}
`;

export const AdminUserPage = `query AdminUserPage($id: ID!, $events: AdminAuditFilter) {
  adminUser(id: $id) {
    ...AdminUserDetails
    signInObstacle {
      code
      explanation
      remedy
      since
      lastRefusal {
        ...AdminAuditEvent
      }
    }
    sessions {
      nodes {
        ...Session
      }
    }
    auditEvents(filter: $events) {
      nodes {
        ...AdminAuditEvent
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
    mails {
      nodes {
        ...AdminMail
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
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

fragment AdminAuditEvent on AuditEvent {
  id
  type
  success
  riskLevel
  actorId
  userId
  ipAddress
  userAgent
  requestId
  attributes {
    name
    value
  }
  createdAt
}

fragment AdminMail on AdminMail {
  id
  mail
  recipient
  status
  attempts
  createdAt
  nextAttemptAt
  finishedAt
  lastError
  userId
  requestId
}

fragment AdminUserDetails on AdminUser {
  id
  user {
    id
  }
  email
  username
  displayName
  role
  state
  emailVerifiedAt
  twoFactorEnabledAt
  passwordChangedAt
  passwordBreachedAt
  disabledAt
  lockedUntil
  lastLoginAt
  createdAt
  locale
  timezone
  liveSessionCount
}
`;

export const AdminUsers = `query AdminUsers($filter: AdminUserFilter, $orderBy: AdminUserOrder! = CREATED_AT_DESC, $first: Int = 50, $after: String) {
  adminUsers(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
    nodes {
      ...AdminUserDetails
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    approximateTotalCount
  }
}

fragment AdminUserDetails on AdminUser {
  id
  user {
    id
  }
  email
  username
  displayName
  role
  state
  emailVerifiedAt
  twoFactorEnabledAt
  passwordChangedAt
  passwordBreachedAt
  disabledAt
  lockedUntil
  lastLoginAt
  createdAt
  locale
  timezone
  liveSessionCount
}
`;

export const AdminVerifyUserEmail = `mutation AdminVerifyUserEmail($input: AdminUserInput!) {
  adminVerifyUserEmail(input: $input) {
    ...AdminUserActed
  }
}

fragment Problem on AuthProblem {
  code
  message
  ... on AuthRetryProblem {
    retryAfterSeconds
  }
}

fragment AdminUserDetails on AdminUser {
  id
  user {
    id
  }
  email
  username
  displayName
  role
  state
  emailVerifiedAt
  twoFactorEnabledAt
  passwordChangedAt
  passwordBreachedAt
  disabledAt
  lockedUntil
  lastLoginAt
  createdAt
  locale
  timezone
  liveSessionCount
}

fragment AdminUserActed on AdminUserResult {
  __typename
  ... on AdminUserUpdated {
    user {
      ...AdminUserDetails
    }
    endedSessions
    mailStatus
  }
  ...Problem
  ... on AuthInputProblem {
    fields {
      path
      message
      rule
    }
  }
}
`;

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

export const ConfirmTotp = `mutation ConfirmTotp($input: ConfirmTotpInput!) {
  confirmTotp(input: $input) {
    __typename
    ... on RecoveryCodes {
      codes
      user {
        ...Account
      }
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

export const EnrolTotp = `mutation EnrolTotp($input: EnrolTotpInput) {
  enrolTotp(input: $input) {
    __typename
    ... on TotpEnrolment {
      secret
      otpauthUri
      expiresAt
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

export const Reauthenticate = `mutation Reauthenticate($input: ReauthenticateInput!) {
  reauthenticate(input: $input) {
    __typename
    ... on Reauthenticated {
      tokens {
        ...Tokens
      }
      session {
        ...Session
      }
      user {
        ...Account
      }
      validUntil
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

export const RefreshWithAccount = `mutation RefreshWithAccount($input: RefreshInput) {
  refresh(input: $input) {
    __typename
    ... on RefreshSuccess {
      tokens {
        ...Tokens
      }
      session {
        ...Session
      }
      user {
        ...Account
      }
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
