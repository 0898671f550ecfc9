import { describeDevice } from '../devices/describe-device.js';
import type { UseCaseContext } from '../use-case.js';

/**
 * What a mail tells of an act beside what it was: when, in which time zone its reader lives, and what it came from. The place
 * is found from the address when the mail is rendered.
 */
export function actFacts(
  { client }: Pick<UseCaseContext, 'client'>,
  owner: { timezone?: string | null } | null,
  now: Date,
): Record<string, string> {
  const { browser, operatingSystem } = describeDevice(client.userAgent);
  const facts = { timeZone: owner?.timezone, browser, operatingSystem, ipAddress: client.ipAddress };
  const known = Object.entries(facts).filter((fact): fact is [string, string] => fact[1] != null);
  return { occurredAt: now.toISOString(), ...Object.fromEntries(known) };
}
