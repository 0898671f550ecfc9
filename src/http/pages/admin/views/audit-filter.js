const SIGN_INS = 'LOGIN,TOKEN_EXCHANGE,TWO_FACTOR';
const ADMIN_ACTS = [
  'ACCOUNT_DISABLE',
  'ACCOUNT_ENABLE',
  'ACCOUNT_UNLOCK',
  'ROLE_CHANGE',
  'USER_INVITE',
  'EMAIL_VERIFICATION_RESEND',
  'PASSWORD_CHANGE_REQUIRE',
  'MAIL_RETRY',
  'MAIL_TEST',
  'SIGNING_KEY_ROTATE',
  'SERVICE_CLIENT_CREATE',
  'SERVICE_CLIENT_ROTATE',
  'SERVICE_CLIENT_REVOKE',
  'ADMIN_READ',
  'ADMIN_EXPORT',
  'ACCESS_DENIED',
].join(',');

/** Filters that are asked for often, by their name in the address. */
export const presets = {
  'failed-sign-ins': { types: SIGN_INS, success: 'false' },
  'admin-acts': { types: ADMIN_ACTS },
  critical: { riskLevels: 'CRITICAL' },
};

/** The names of the filter, in the order of their display. */
export const FILTERS = [
  'types',
  'success',
  'riskLevels',
  'userId',
  'actorId',
  'ipAddress',
  'requestId',
  'from',
  'before',
];

/** The query of an address with its preset written out. */
export function writtenOut({ preset, ...query }) {
  return { ...presets[preset], ...query };
}

const listOf = (text) => (text === undefined ? undefined : text.split(','));

/** The filter of the API for a query that is written out. */
export function filterOf(query) {
  const filter = Object.fromEntries(FILTERS.map((name) => [name, query[name]]));
  return {
    ...filter,
    types: listOf(filter.types),
    riskLevels: listOf(filter.riskLevels),
    success: { true: true, false: false }[filter.success],
  };
}
