import Bowser from 'bowser';
import type { DeviceType } from '../../entities/session.js';

/** The device that a user agent describes. */
export interface Device {
  deviceType: DeviceType;
  browser: string | null;
  operatingSystem: string | null;
}

const LONGEST_USER_AGENT = 512;
const unknown: Device = { deviceType: 'UNKNOWN', browser: null, operatingSystem: null };
const types: Record<string, DeviceType> = {
  desktop: 'DESKTOP',
  mobile: 'MOBILE',
  tablet: 'TABLET',
  bot: 'BOT',
  tv: 'UNKNOWN',
};

/** Windows reports itself as `NT 10.0`. People know it by the name of that version. */
function nameAndVersion(part: { name?: string; version?: string; versionName?: string }): string | null {
  const version = part.version?.startsWith('NT') ? part.versionName : part.version;
  const [major] = (version ?? '').split('.');
  return part.name ? [part.name, major].filter(Boolean).join(' ').slice(0, 100) : null;
}

/** Reads a User-Agent header. The result is an untrusted hint for people. */
export function describeDevice(userAgent: string | null): Device {
  if (userAgent === null || userAgent === '') return unknown;
  const { browser, os, platform } = Bowser.parse(userAgent.slice(0, LONGEST_USER_AGENT));
  return {
    deviceType: types[platform.type ?? ''] ?? 'UNKNOWN',
    browser: nameAndVersion(browser),
    operatingSystem: nameAndVersion(os),
  };
}
