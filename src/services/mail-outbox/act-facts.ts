import { describeDevice } from '../devices/describe-device.js';
import type { UseCaseContext } from '../use-case.js';

/**
 * Returns what a mail says about the circumstances of an act: its time, the reader's time zone and the client. The
 * place is looked up from the IP address when the mail is rendered.
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
