import { type FakeAccount, type FakeSession, sessionOf, userOf } from './fake-accounts.js';
import type { FakeState } from './fake-state.js';
import { problem } from './problem.js';

type Input = Record<string, string | undefined>;
/** Answers a root field: a value, or a problem. */
export type FakeField = (state: FakeState, input: Input, session: FakeSession | null) => unknown;

function opened(state: FakeState, account: FakeAccount, amr: string[]) {
  const session = state.open(account, amr);
  const tokens = state.tokensOf(session);
  return {
    __typename: 'LoginSuccess',
    tokens,
    session: sessionOf(session, true),
    user: userOf(account),
    firstLogin: false,
  };
}

function signIn(state: FakeState, account: FakeAccount, amr: string[]) {
  if (!account.hasSecondFactor) return opened(state, account, amr);
  const challenge = state.remember(account);
  return { __typename: 'TwoFactorRequired', challenge, methods: ['TOTP', 'RECOVERY_CODE'], expiresAt: state.soon() };
}

function verified(state: FakeState, account: FakeAccount) {
  account.isVerified = true;
  const exchangeToken = state.remember(account);
  return { __typename: 'EmailVerified', user: userOf(account), exchangeToken, exchangeTokenExpiresAt: state.soon() };
}

/** Requires a session, as the gateway does. */
function signedIn(answer: (state: FakeState, input: Input, session: FakeSession) => unknown): FakeField {
  return (state, input, session) => (session ? answer(state, input, session) : problem('UNAUTHENTICATED'));
}

function replaced(state: FakeState, session: FakeSession, typename: string) {
  session.hasEnded = true;
  const next = state.open(session.account, [...session.amr]);
  const session_ = sessionOf(next, true);
  return { __typename: typename, tokens: state.tokensOf(next), session: session_, user: userOf(next.account) };
}

/** The root fields of the gateway that a fake gateway answers. */
export const fakeFields: Record<string, FakeField> = {
  me: (_state, _input, session) => session && userOf(session.account),
  currentSession: (_state, _input, session) => session && sessionOf(session, true),
  csrfToken: () => 'csrf-token',
  signup(state, { email = '', password = '', displayName }) {
    if (!state.find(email)) state.add({ email, password, displayName: displayName ?? null, isVerified: false });
    const codes = { codeExpiresAt: state.soon(), resendAvailableAt: state.soon() };
    return { __typename: 'SignupAccepted', email, mailStatus: 'QUEUED', ...codes };
  },
  verifyEmail(state, { email = '', code }) {
    const account = state.find(email);
    return account && code === state.code ? verified(state, account) : problem('CODE_INVALID', { attemptsLeft: 4 });
  },
  login(state, { identifier = '', password }) {
    const account = state.find(identifier);
    if (!account || account.password !== password) return problem('INVALID_CREDENTIALS');
    return account.isVerified ? signIn(state, account, ['pwd']) : problem('EMAIL_NOT_VERIFIED');
  },
  completeTwoFactor(state, { challenge = '', code }) {
    if (code !== state.code) return problem('TWO_FACTOR_CODE_INVALID', { attemptsLeft: 4 });
    const account = state.recall(challenge);
    return account ? opened(state, account, ['pwd', 'otp', 'mfa']) : problem('CHALLENGE_EXPIRED');
  },
  exchangeToken(state, { token = '' }) {
    const account = state.recall(token);
    return account ? signIn(state, account, ['otp']) : problem('TOKEN_INVALID');
  },
  refresh(state, { refreshToken }) {
    const session = state.presented(refreshToken);
    if (!session) return problem('REFRESH_REJECTED');
    session.generation++;
    const tokens = state.tokensOf(session);
    return { __typename: 'RefreshSuccess', tokens, session: sessionOf(session, true), user: userOf(session.account) };
  },
  logout(state, _input, session) {
    for (const ended of [session, state.presented(undefined)]) if (ended) ended.hasEnded = true;
    state.cookie = null;
    return { __typename: 'LogoutSuccess', sessionId: session?.id ?? null };
  },
  revokeOtherSessions: signedIn((state, _input, session) => ({
    __typename: 'SessionsRevoked',
    count: state.endOthers(session),
  })),
  updateProfile: signedIn((_state, { displayName }, { account }) => {
    account.displayName = displayName ?? account.displayName;
    return { __typename: 'ProfileUpdated', user: userOf(account) };
  }),
  reauthenticate: signedIn((state, { password }, session) =>
    password === session.account.password
      ? replaced(state, session, 'Reauthenticated')
      : problem('INVALID_CREDENTIALS'),
  ),
  changePassword: signedIn((state, { currentPassword, newPassword = '' }, session) => {
    if (currentPassword !== session.account.password) return problem('INVALID_CREDENTIALS');
    session.account.password = newPassword;
    return { endedSessions: state.endOthers(session), ...replaced(state, session, 'PasswordChanged') };
  }),
  deleteAccount: signedIn((state, { password }, { account }) => {
    if (password !== account.password) return problem('INVALID_CREDENTIALS');
    state.remove(account);
    return { __typename: 'AccountDeleted', userId: account.id };
  }),
};
