import type { EntityManager } from '@mikro-orm/postgresql';
import { clientNetwork } from '../../lib/client-network.js';
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

const REMEMBER = `
  WITH before AS (SELECT device_key FROM known_devices WHERE user_id = ?),
  saved AS (
    INSERT INTO known_devices (user_id, device_key, first_seen_at, last_seen_at)
    SELECT ?, unnest(?::text[]), ?, ?
    ON CONFLICT (user_id, device_key) DO UPDATE SET last_seen_at = excluded.last_seen_at)
  SELECT count(*)::int AS devices, (count(*) FILTER (WHERE device_key = ANY(?::text[])))::int AS known FROM before`;

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
  device: PresentedDevice & { keepsToken: boolean },
  now: Date,
): Promise<{ isNew: boolean }> {
  const { tokenKey, looksKey } = device;
  const kept = device.keepsToken ? `{${tokenKey},${looksKey}}` : `{${looksKey}}`;
  const values = [userId, userId, kept, now, now, `{${tokenKey},${looksKey}}`];
  const [row] = await em.execute<{ devices: number; known: number }[]>(REMEMBER, values);
  return { isNew: row !== undefined && row.devices > 0 && row.known === 0 };
}
