import type { EntityManager } from '@mikro-orm/postgresql';
import { clientNetwork } from '../../lib/client-network.js';
import { run, type Sql, sql } from '../../lib/sql.js';
import type { UseCaseContext } from '../use-case.js';
import { describeDevice } from './describe-device.js';
import { newDeviceToken, readDeviceToken } from './device-token.js';

/** The device behind a request, by whatever it can be known again. */
export interface PresentedDevice {
  /** What the client keeps; new where it brought none. */
  token: string;
  /** By its token, which nobody can make up. */
  tokenKey: string;
  /** By its network and kind, which others may share: good enough to spare its owner a mail, and for nothing else. */
  looksKey: string;
}

type Needs = Pick<UseCaseContext, 'secretKeys' | 'client'>;

/** Whether an account knows a device; the first one of an account is as good as known. */
export function isUsualDevice(userId: Sql, { tokenKey, looksKey }: PresentedDevice): Sql {
  return sql`(
    EXISTS (SELECT FROM known_devices d WHERE d.user_id = ${userId} AND d.device_key = ANY(${[tokenKey, looksKey]}::text[]))
    OR NOT EXISTS (SELECT FROM known_devices d WHERE d.user_id = ${userId}))`;
}

/** A device that signs in; without a token that its client keeps it is known by its looks alone. */
type SigningDevice = PresentedDevice & { keepsToken: boolean };

/** The statement that keeps the device of a user, once for each row of `source`. */
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

/** Reads the device of a request. Versions are left out of what it looks like, for browsers change them by themselves. */
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
 * Keeps the device of a sign-in. Returns whether it is one that the account did not know; the first device of an account is
 * none. Run it in the transaction that holds the user's row, so that of two sign-ins at once one comes first.
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
