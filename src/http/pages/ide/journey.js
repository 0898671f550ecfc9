const STEPS = [
  'Signup',
  'VerifyEmail',
  'ExchangeToken',
  'Login',
  'Me',
  'Refresh',
  'MySessions',
  'RevokeOtherSessions',
  'Logout',
];

/** The tabs of the first visit: the journey of a new user, one operation per tab. */
export function journeyOf(documents) {
  return STEPS.map((step) => documents.find(({ name }) => name === step)).map(({ query, variables }) => ({
    query,
    variables: variables === undefined ? undefined : JSON.stringify(variables, null, 2),
  }));
}
