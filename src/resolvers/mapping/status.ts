import { AdminSigningKey } from '../../schema/admin/signing-key.js';
import { AdminFinding, AdminSetting, AdminStatus, AdminStatusPart } from '../../schema/admin/status.js';
import type { Status } from '../../services/admin/status.js';

const statusNames = { up: 'UP', degraded: 'DEGRADED', down: 'DOWN' } as const;

/** The details of a component in addition to its state. */
function noteOf(name: string, waitingMails: number): string | null {
  return name === 'queue' ? `${waitingMails} emails wait to be sent.` : null;
}

function toPart(part: Status['parts'][number], { findings, waitingMails }: Status): AdminStatusPart {
  const { name, state, milliseconds, isUsed } = part;
  const finding = findings.find(({ code }) => code === `${name}_${state}`.toUpperCase());
  return Object.assign(new AdminStatusPart(), {
    name,
    status: isUsed ? statusNames[state] : 'UNUSED',
    latencyMs: isUsed ? Math.round(milliseconds * 10) / 10 : null,
    detail: finding?.why ?? noteOf(name, waitingMails),
  });
}

/** The status as admins see it. */
export function toStatus(status: Status): AdminStatus {
  const { version, startedAt, parts, findings, keys, changedSettings } = status;
  return Object.assign(new AdminStatus(), {
    version,
    startedAt,
    parts: parts.map((part) => toPart(part, status)),
    findings: findings.map((finding) => Object.assign(new AdminFinding(), finding)),
    signingKeys: keys.map((key) => Object.assign(new AdminSigningKey(), key)),
    changedSettings: changedSettings.map(({ name, value, isSecret }) =>
      Object.assign(new AdminSetting(), { name, value, secret: isSecret }),
    ),
  });
}
