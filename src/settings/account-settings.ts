import { breachSource, tokenName } from './addresses.js';
import { rateLimits } from './rate-limit-overrides.js';
import { duration, flag, listOf, matching, oneOf, oneOfAnyCase, type Reader, wholeNumber } from './readers.js';
import { optional, withDefault } from './setting.js';

const ROLE_NAME = /^[a-z][a-z0-9_-]{0,31}$/;
const ROLE_RULE = 'be a role name: a small letter, then up to 31 small letters, digits, underscores or dashes';

const signupRoles: Reader<readonly string[]> = listOf((role, refuse) => {
  // Otherwise anyone who can sign up could become an admin.
  if (role === 'admin') refuse('must not be admin: admins are appointed, they do not sign up');
  else if (!ROLE_NAME.test(role)) refuse(`must ${ROLE_RULE}`);
  return role;
});

/** Lifetimes and properties of tokens and sessions. */
export function tokenSettings(production: boolean) {
  return {
    JWT_ISSUER: optional(tokenName, {
      description: 'Issuer (`iss`) of access tokens.',
      derivedDefault: '`PUBLIC_URL`',
      example: 'http://localhost:4000',
    }),
    JWT_AUDIENCE: withDefault(tokenName, 'gatehouse', { description: 'Audience (`aud`) of access tokens.' }),
    JWT_ALGORITHM: withDefault(oneOf('ES256', 'EdDSA'), 'ES256', {
      description: 'Algorithm that access tokens are signed with: `ES256` or `EdDSA`.',
    }),
    ACCESS_TOKEN_TTL: withDefault(production ? duration(30, 900) : duration(), '15m', {
      description: 'Lifetime of an access token; from `30s` to `15m` in production.',
    }),
    REFRESH_TOKEN_TTL: withDefault(duration(), '7d', {
      description: 'How long a session lasts without a refresh.',
    }),
    REFRESH_TOKEN_TTL_REMEMBERED: withDefault(duration(), '14d', {
      description: 'The same for a session with `rememberMe`.',
    }),
    REFRESH_REUSE_GRACE_SECONDS: withDefault(wholeNumber(0, 60), '10', {
      description:
        'Seconds after its replacement during which a refresh token returns the current one; with `0`, every refresh token works once, even if the response was lost.',
    }),
    SESSION_ABSOLUTE_TTL: withDefault(duration(), '90d', {
      description: 'Maximum lifetime of a session, however often it is refreshed.',
    }),
    COOKIE_SAME_SITE: withDefault(oneOfAnyCase('strict', 'lax', 'none'), 'strict', {
      description:
        'SameSite attribute of the cookies: `strict`, `lax` or `none`; `none` requires an https `PUBLIC_URL`.',
    }),
  };
}

/** Password requirements, and lifetimes of codes and links. */
export function passwordSettings(production: boolean) {
  return {
    PASSWORD_POLICY: withDefault(oneOf('composition', 'nist'), 'composition', {
      description: 'Requirements for passwords: `composition` requires four kinds of characters, `nist` only length.',
    }),
    PASSWORD_MIN_LENGTH: optional(wholeNumber(8, 64), {
      description: 'Minimum length of a password, from 8 to 64.',
      derivedDefault: '`8` for `composition`, `15` for `nist`',
      example: '8',
    }),
    PASSWORD_HISTORY: withDefault(wholeNumber(1, 24), '5', {
      description: 'Number of recent passwords, including the current one, that cannot be set again.',
    }),
    BREACH_CHECK: optional(flag, {
      description:
        'Whether new passwords are checked against known breaches, in the background; only the first five digits of their SHA-1 are sent.',
      derivedDefault: '`on` in production or if `HIBP_BASE_URL` is set, else `off`',
      example: 'off',
    }),
    HIBP_BASE_URL: optional(breachSource(production), {
      description:
        'Source of breached passwords: the range API of Have I Been Pwned, a mirror of it, or a folder with its range files, given as a path or a `file:` URL.',
      derivedDefault: '`https://api.pwnedpasswords.com`',
      example: 'https://api.pwnedpasswords.com',
    }),
    RESET_CODE_TTL: withDefault(duration(60, 3_600), '5m', {
      description: 'Lifetime of the six-digit code that resets a password; up to `1h`.',
    }),
    RESET_LINK_TTL: withDefault(duration(60, 86_400), '1h', {
      description: 'Lifetime of the link that resets a password; up to `24h`.',
    }),
    INVITATION_TTL: withDefault(duration(3_600, 2_592_000), '7d', {
      description: 'Lifetime of the link with which an invited person sets the first password; from `1h` to `30d`.',
    }),
    VERIFICATION_CODE_TTL: withDefault(duration(), '10m', {
      description: 'Lifetime of the six-digit code that verifies an address.',
    }),
    VERIFICATION_LINK_TTL: withDefault(duration(), '24h', {
      description: 'Lifetime of the link that verifies an address.',
    }),
    EXCHANGE_TOKEN_TTL: withDefault(duration(), '60s', {
      description: 'Lifetime of the token that a verification returns, to be exchanged for a session.',
    }),
    CODE_MAX_ATTEMPTS: withDefault(wholeNumber(1, 20), '5', {
      description: 'Number of wrong attempts after which a code is invalid.',
    }),
    CODE_RESEND_SECONDS: withDefault(wholeNumber(0, 86_400), '60', {
      description: 'Seconds until another code can be requested.',
    }),
  };
}

/** Who can sign up and with what. */
export function signupSettings() {
  return {
    SIGNUP_ROLES: withDefault(signupRoles, 'user', {
      description: 'Roles that can be chosen at sign-up, as a comma-separated list; never `admin`.',
    }),
    DEFAULT_ROLE: optional(matching(ROLE_NAME, ROLE_RULE), {
      description: 'Role of an account whose owner chose none; one of `SIGNUP_ROLES`.',
      derivedDefault: 'the first of `SIGNUP_ROLES`',
      example: 'user',
    }),
    USERNAME_REQUIRED: withDefault(flag, 'false', { description: 'Whether a username is required at sign-up.' }),
    TERMS_REQUIRED: withDefault(flag, 'false', { description: 'Whether the terms must be accepted at sign-up.' }),
    SIGNUP_REVEALS_ACCOUNTS: withDefault(flag, 'false', {
      description:
        'Whether a sign-up may say that an address is registered, which reveals to strangers who has an account.',
    }),
  };
}

/** Rate limits of operations. */
export function limitSettings(production: boolean) {
  return {
    RATE_LIMITS: withDefault(rateLimits(production), production ? 'on' : 'loose', {
      description:
        'Rate limits: `on`, `loose` (twenty times as many calls; not allowed in production), `off` (not allowed in production), or windows for single fields, such as `login=25/1h,login:account=10/1h`.',
    }),
  };
}

/** The IDE and introspection of the GraphQL endpoint. */
export function graphqlSettings(production: boolean) {
  const openOutsideProduction = production ? 'off' : 'on';
  return {
    ADMIN_PAGE: withDefault(flag, openOutsideProduction, {
      description: 'Whether `/admin` serves the page for admins and support.',
    }),
    GRAPHQL_IDE: withDefault(flag, openOutsideProduction, {
      description: 'Whether `/ide` serves the GraphQL IDE; in production only to admins.',
    }),
    INTROSPECTION: withDefault(flag, openOutsideProduction, {
      description: 'Whether introspection of the schema is allowed.',
    }),
  };
}
