import type { User } from '../../entities/user.js';
import { countedName } from '../../lib/email-key.js';
import type { Statement } from '../../lib/query.js';
import type { SecretKeys } from '../../lib/secret-keys.js';
import { readDeviceToken } from '../devices/device-token.js';
import { presentedDevice } from '../devices/known-devices.js';
import type { UseCaseContext } from '../use-case.js';
import { comparedKey } from '../users/address-owner.js';

/** Name of the login limit per account. Further windows set by an operator are numbered from 2. */
export const LOGIN_LIMIT = 'login-account';

const KNOWS_DEVICE: Statement = {
  name: 'account-knows-device',
  text: `SELECT 1 FROM users u JOIN known_devices d ON d.user_id = u.id AND d.device_key = $2
    WHERE u.email = $1 OR u.email_key = $3 OR u.username_key = $1`,
};

/** Returns the presented device token if the account of the typed name knows it, otherwise null. */
export async function knownDeviceToken(
  context: Pick<UseCaseContext, 'query' | 'settings' | 'secretKeys' | 'client'>,
  identifier: string,
  deviceToken: string | null,
): Promise<string | null> {
  if (deviceToken === null || readDeviceToken(context.secretKeys, deviceToken) === undefined) return null;
  const { tokenKey } = presentedDevice(context, deviceToken);
  const key = comparedKey(context, identifier);
  return (await context.query(KNOWS_DEVICE, [identifier, tokenKey, key])).length > 0 ? deviceToken : null;
}

/**
 * Returns the identity that the limit counts: the typed name and, separately, each of its known devices. Strangers thus
 * cannot use up the owner's attempts.
 */
export function loginIdentity(
  { settings, secretKeys }: Pick<UseCaseContext, 'settings' | 'secretKeys'>,
  identifier: string,
  deviceToken: string | null,
): string {
  const id = deviceToken === null ? undefined : readDeviceToken(secretKeys, deviceToken);
  return `account:${countedName(settings.emailDeduplication, identifier)}${id === undefined ? '' : `:${id.toString('base64url')}`}`;
}

/** Returns the key of a limit's counter. It is a keyed hash, so that the store reveals no names. */
export function limitKey(keys: SecretKeys, name: string, identity: string): string {
  return keys.authenticate('limit-identity', [name, identity]).toString('base64url');
}

/** The limits of sign-ins for one account. */
export type LoginWindows = readonly { points: number; seconds: number }[];

/** Returns the counters of the limits, in the order of their windows. */
function loginLimiters({ limiter }: Pick<UseCaseContext, 'limiter'>, windows: LoginWindows) {
  return windows.map((window, index) => {
    const name = index === 0 ? LOGIN_LIMIT : `${LOGIN_LIMIT}-${index + 1}`;
    return { name, limiter: limiter(name, { ...window, isForgettable: true }) };
  });
}

type Reading = Pick<UseCaseContext, 'settings' | 'secretKeys' | 'limiter' | 'logger' | 'requestId'>;

/**
 * Returns the ids of the users for whose names a limit is used up, apart from devices that they know. If the counters are
 * unavailable, there are none.
 */
export async function usersAtLimit(
  context: Reading,
  users: readonly Pick<User, 'id' | 'email' | 'usernameKey'>[],
  windows: LoginWindows,
): Promise<Set<string>> {
  const { settings, secretKeys, logger, requestId } = context;
  if (!settings.rateLimits.enabled) return new Set();
  const found = loginLimiters(context, windows).map(async ({ name, limiter }) => {
    const owners = new Map(
      users.flatMap(({ id, email, usernameKey }) =>
        [email, usernameKey]
          .filter((identifier) => identifier != null)
          .map((identifier) => [limitKey(secretKeys, name, loginIdentity(context, identifier, null)), id] as const),
      ),
    );
    return [...(await limiter.exhausted([...owners.keys()]))].map((key) => owners.get(key) ?? '');
  });
  try {
    return new Set((await Promise.all(found)).flat());
  } catch (cause) {
    logger.warn({ err: cause, requestId }, 'the limits of sign-ins could not be read');
    return new Set();
  }
}

type Needs = Pick<UseCaseContext, 'settings' | 'secretKeys' | 'limiter' | 'client' | 'logger' | 'requestId'>;

/**
 * Resets the login limit of an account for its names and the current device, once its owner is verified. It is part of
 * no transaction. If the counters are unavailable, the limit expires by itself.
 */
export async function forgetLoginLimit(context: Needs, user: Pick<User, 'email' | 'usernameKey'>): Promise<void> {
  const { settings, secretKeys, client, logger, requestId } = context;
  const windows = settings.rateLimits.overrides['login:account'] ?? [{ points: 1, seconds: 1 }];
  const names = [user.email, user.usernameKey].filter((name) => name != null);
  const identities = names.flatMap((name) =>
    [null, client.deviceToken].map((token) => loginIdentity(context, name, token)),
  );
  const forgetting = loginLimiters(context, windows).flatMap(({ name, limiter }) =>
    [...new Set(identities)].map((identity) => limiter.forget(limitKey(secretKeys, name, identity))),
  );
  await Promise.all(forgetting).catch((cause: unknown) => {
    logger.warn({ err: cause, requestId }, 'the failed sign-ins of a name could not be cleared');
  });
}
