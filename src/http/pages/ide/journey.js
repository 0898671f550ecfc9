import {
  ExchangeToken,
  Login,
  Logout,
  Me,
  MySessions,
  Refresh,
  RevokeOtherSessions,
  Signup,
  VerifyEmail,
} from './generated/operations.js';

const bearer = JSON.stringify({ authorization: 'Bearer <accessToken>' }, null, 2);

/** A tab with a heading above one operation. */
function tab(heading, operation, input, headers) {
  return {
    query: `${heading}\n\n${operation}`,
    variables: input === undefined ? undefined : JSON.stringify({ input }, null, 2),
    headers,
  };
}

/** The tabs of the first visit: the journey of a new user, one operation per tab. */
export const journey = [
  tab(
    `# 1 · Sign up.
#     The address below gets an email with a code.
#
# Ctrl-Enter runs the operation, Ctrl-Space completes it.
# The book on the left documents every type and field.`,
    Signup,
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
#     Without a mail server, every email is at /dev/mail.`,
    VerifyEmail,
    { email: 'new.user@example.com', code: '000000' },
  ),
  tab(`# 3 · Exchange the exchangeToken for a session, within a minute.`, ExchangeToken, {
    token: '<exchangeToken>',
    deviceName: 'First device',
    tokenDelivery: 'BODY',
  }),
  tab(
    `# 4 · Log in as on a second device.
#     BODY returns the tokens in the answer, for tools.
#     Web applications use COOKIE, which keeps the
#     refresh token away from scripts.`,
    Login,
    { identifier: 'new.user@example.com', password: 'Violet-Harbour-71', tokenDelivery: 'BODY' },
  ),
  tab(
    `# 5 · Ask who is signed in.
#     Open Headers below and enter the accessToken.`,
    Me,
    undefined,
    bearer,
  ),
  tab(`# 6 · Get new tokens. Each refreshToken works once.`, Refresh, { refreshToken: '<refreshToken>' }),
  tab(
    `# 7 · List your sessions.
#     Open Headers below and enter the accessToken.`,
    MySessions,
    undefined,
    bearer,
  ),
  tab(
    `# 8 · End your other sessions.
#     Open Headers below and enter the accessToken.`,
    RevokeOtherSessions,
    undefined,
    bearer,
  ),
  tab(
    `# 9 · Log out.
#     Open Headers below and enter the accessToken.`,
    Logout,
    undefined,
    bearer,
  ),
];
