import type { User } from '../../entities/user.js';
import { countedName } from '../../lib/email-key.js';
import type { Statement } from '../../lib/query.js';
import type { SecretKeys } from '../../lib/secret-keys.js';
import { readDeviceToken } from '../devices/device-token.js';
import { presentedDevice } from '../devices/known-devices.js';
import type { UseCaseContext } from '../use-case.js';
import { comparedKey } from '../users/address-owner.js';

/** The limit of logins for each account; its further windows, where an operator sets several, are numbered from 2 on. */
export const LOGIN_LIMIT = 'login-account';

const KNOWS_DEVICE: Statement = {
  name: 'account-knows-device',
  text: `SELECT 1 FROM users u JOIN known_devices d ON d.user_id = u.id AND d.device_key = $2
    WHERE u.email = $1 OR u.email_key = $3 OR u.username_key = $1`,
};

/** The presented device token where the account of the typed name knows it; null for one of any other account. */
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
 * Whom the limit counts: the typed name, and apart from the others each device that signed in here before, so that strangers
 * cannot use up its owner's tries.
 */
export function loginIdentity(
  { settings, secretKeys }: Pick<UseCaseContext, 'settings' | 'secretKeys'>,
  identifier: string,
  deviceToken: string | null,
): string {
  const id = deviceToken === null ? undefined : readDeviceToken(secretKeys, deviceToken);
  return `account:${countedName(settings.emailDeduplication, identifier)}${id === undefined ? '' : `:${id.toString('base64url')}`}`;
}

/** The key of a limit's counter; a keyed hash, so that the store tells no names. */
export function limitKey(keys: SecretKeys, name: string, identity: string): string {
  return keys.authenticate('limit-identity', [name, identity]).toString('base64url');
}

type Needs = Pick<UseCaseContext, 'settings' | 'secretKeys' | 'limiter' | 'client' | 'logger' | 'requestId'>;

/**
 * Lets the logins of an account begin anew once its owner is proven, for its names and for the device at hand. Part of no
 * transaction; where the counters are away the limit ends by itself.
 */
export async function forgetLoginLimit(context: Needs, user: Pick<User, 'email' | 'usernameKey'>): Promise<void> {
  const { settings, secretKeys, client, logger, requestId } = context;
  const windows = settings.rateLimits.overrides['login:account'] ?? [{ points: 1, seconds: 1 }];
  const names = [user.email, user.usernameKey].filter((name) => name != null);
  const identities = names.flatMap((name) =>
    [null, client.deviceToken].map((token) => loginIdentity(context, name, token)),
  );
  const forgetting = windows.flatMap((window, index) => {
    const name = index === 0 ? LOGIN_LIMIT : `${LOGIN_LIMIT}-${index + 1}`;
    const limiter = context.limiter(name, { ...window, isForgettable: true });
    return [...new Set(identities)].map((identity) => limiter.forget(limitKey(secretKeys, name, identity)));
  });
  await Promise.all(forgetting).catch((cause: unknown) => {
    logger.warn({ err: cause, requestId }, 'the failed sign-ins of a name could not be cleared');
  });
}
