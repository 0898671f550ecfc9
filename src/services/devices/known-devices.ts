import type { EntityManager } from '@mikro-orm/postgresql';
import { clientNetwork } from '../../lib/client-network.js';
import { run, type Sql, sql } from '../../lib/sql.js';
import type { UseCaseContext } from '../use-case.js';
import { describeDevice } from './describe-device.js';
import { newDeviceToken, readDeviceToken } from './device-token.js';

/** The device of a request, with the keys that identify it again. */
export interface PresentedDevice {
  /** Token that the client keeps; new if it presented none. */
  token: string;
  /** Key derived from the token, which cannot be forged. */
  tokenKey: string;
  /** Key derived from network and kind, which other devices may share. It only spares the owner a mail. */
  looksKey: string;
}

type Needs = Pick<UseCaseContext, 'secretKeys' | 'client'>;

/** Returns a condition: the account knows the device, or knows no device yet. */
export function isUsualDevice(userId: Sql, { tokenKey, looksKey }: PresentedDevice): Sql {
  return sql`(
    EXISTS (SELECT FROM known_devices d WHERE d.user_id = ${userId} AND d.device_key = ANY(${[tokenKey, looksKey]}::text[]))
    OR NOT EXISTS (SELECT FROM known_devices d WHERE d.user_id = ${userId}))`;
}

/** A device that signs in. If its client keeps no token, only its traits identify it. */
type SigningDevice = PresentedDevice & { keepsToken: boolean };

/** Returns the statement that saves the device of a user, once for each row of `source`. */
export function insertDevice(userId: Sql | string, device: SigningDevice, now: Date, source: Sql = sql``): Sql {
  const kept = device.keepsToken ? [device.tokenKey, device.looksKey] : [device.looksKey];
  return sql`
    INSERT INTO known_devices (user_id, device_key, first_seen_at, last_seen_at)
    SELECT ${userId}, unnest(${kept}::text[]), ${now}, ${now} ${source}
    ON CONFLICT (user_id, device_key) DO UPDATE SET last_seen_at = excluded.last_seen_at`;
}

function withoutVersion(name: string | null): string {
  return (name ?? '').replace(/ [\d.]+$/, '');
}

/** Reads the device of a request. Its traits exclude versions, as browsers update themselves. */
export function presentedDevice({ secretKeys, client }: Needs, deviceToken: string | null): PresentedDevice {
  const held = deviceToken === null ? undefined : readDeviceToken(secretKeys, deviceToken);
  const token = held === undefined || deviceToken === null ? newDeviceToken(secretKeys) : deviceToken;
  const id = held ?? readDeviceToken(secretKeys, token) ?? Buffer.alloc(0);
  const { deviceType, browser, operatingSystem } = describeDevice(client.userAgent);
  const kind = [deviceType, withoutVersion(browser), withoutVersion(operatingSystem)];
  const traits = [String(clientNetwork(client.ipAddress)), ...kind];
  const key = (parts: (string | Buffer)[]) => secretKeys.authenticate('device-traits', parts).toString('base64url');
  return { token, tokenKey: key(['token', id]), looksKey: key(['looks', ...traits]) };
}

/**
 * Saves the device of a sign-in. Returns whether it is new to the account. The first device of an account does not
 * count as new. Run it in the transaction that holds the user's row, so that concurrent sign-ins take turns.
 */
export async function rememberDevice(
  em: EntityManager,
  userId: string,
  device: SigningDevice,
  now: Date,
): Promise<{ isNew: boolean }> {
  const { tokenKey, looksKey } = device;
  const [row] = await run<{ devices: number; known: number }>(
    em,
    sql`
      WITH before AS (SELECT device_key FROM known_devices WHERE user_id = ${userId}),
      saved AS (${insertDevice(userId, device, now)})
      SELECT count(*)::int AS devices,
        (count(*) FILTER (WHERE device_key = ANY(${[tokenKey, looksKey]}::text[])))::int AS known
      FROM before`,
  );
  return { isNew: row !== undefined && row.devices > 0 && row.known === 0 };
}
