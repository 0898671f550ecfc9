import { z } from 'zod';
import { deviceNameHint, localeHint, timezoneHint } from '../lib/device-hints.js';

const LONGEST_DEVICE_TOKEN = 128;

// The client sends what the device reports, so an unusable value is dropped and never prevents a sign-in or a sign-up.

/** The token by which the device is recognised. */
export const deviceToken = z
  .string()
  .transform((token) => (token.length > LONGEST_DEVICE_TOKEN ? null : token))
  .nullish();

/** The name of the device. */
export const deviceName = z.string().transform(deviceNameHint).nullish();

/** The language of the device. */
export const deviceLocale = z.string().transform(localeHint).nullish();

/** The time zone of the device. */
export const deviceTimezone = z.string().transform(timezoneHint).nullish();
