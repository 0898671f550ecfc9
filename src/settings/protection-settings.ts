import { clientNetworks, mailbox } from './addresses.js';
import { locationsDatabase } from './files.js';
import { duration, listOf, oneOf, visibleName, wholeNumber } from './readers.js';
import { optional, withDefault } from './setting.js';

const ROLE_NAME = /^[a-z][a-z0-9_-]{0,31}$/;

/** Who administers, and from where. */
function administrationSettings() {
  return {
    TWO_FACTOR_REQUIRED_ROLES: optional(
      listOf((role, refuse) => {
        if (!ROLE_NAME.test(role)) refuse('must be a role name');
        return role;
      }),
      {
        description:
          'Roles granted only to sessions with a second factor, as a comma-separated list; other sessions of these users have `DEFAULT_ROLE`.',
        derivedDefault: '`admin,support` in production, else none',
        example: 'admin',
      },
    ),
    ADMIN_NETWORKS: optional(clientNetworks, {
      description:
        'Networks from which administration is allowed: addresses, CIDR ranges, `loopback` and `private` as a comma-separated list; without it, from everywhere. Behind a proxy it requires `TRUSTED_PROXIES`.',
      example: '10.0.0.0/8,203.0.113.7',
    }),
    ADMIN_EMAIL: optional(mailbox, {
      description:
        'Address of the first admin. While no admin exists, a starting server invites it by email, and invites it again only after the invitation expired or its email failed.',
      example: 'you@example.com',
    }),
  };
}

/** Account protection: locks, the second factor, step-up and changes of the email address. */
export function protectionSettings() {
  return {
    LOCKOUT_THRESHOLD: withDefault(wholeNumber(1, 1_000_000), '5', {
      description:
        'Failed attempts in a row after which a name is locked; responses to earlier ones are increasingly delayed.',
    }),
    LOCKOUT_SECONDS: withDefault(wholeNumber(1, 86_400), '1800', {
      description: 'Duration of a lock in seconds; earlier failed attempts also stop counting after this time.',
    }),
    REAUTHENTICATION_TTL: withDefault(duration(), '10m', {
      description: 'How long a sign-in or `reauthenticate` counts as recent for sensitive operations.',
    }),
    ...administrationSettings(),
    TWO_FACTOR_ISSUER: optional(visibleName(/^[^:\p{Cc}]{1,64}$/u, 'be up to 64 characters without a colon'), {
      description: 'Name under which authenticator apps list the account.',
      derivedDefault: '`APP_NAME`',
      example: 'Gatehouse',
    }),
    TOTP_WINDOW: withDefault(wholeNumber(0, 1), '1', {
      description:
        'How many time steps of 30 seconds the clock of an authenticator app may differ: `1`, or `0` for none.',
    }),
    EMAIL_CHANGE_CODE_TTL: withDefault(duration(60, 3_600), '10m', {
      description: 'Lifetime of the six-digit code that confirms a new address; up to `1h`.',
    }),
    EMAIL_CHANGE_REVERT_TTL: withDefault(duration(), '7d', {
      description: 'How long the old address can revert a change of address.',
    }),
    SESSION_REPORT_TTL: withDefault(duration(), '24h', {
      description: 'Lifetime of the link that reports a sign-in on an unknown device.',
    }),
    EMAIL_DEDUPLICATION: withDefault(oneOf('off', 'provider'), 'off', {
      description:
        'Which addresses are treated as the same: with `off`, only equal ones; with `provider`, also those that the mail provider delivers to one mailbox (dots and `+` at Gmail). The same address means one account, one count of attempts, and sign-in and password reset with any spelling.',
    }),
    GEOIP_DATABASE: optional(locationsDatabase, {
      description: 'An .mmdb file with cities, so that sessions show where they were used.',
      example: '/var/lib/geoip/city.mmdb',
    }),
  };
}
