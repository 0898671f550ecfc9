import type { MigrationObject } from '@mikro-orm/core';
import { Initial } from './2026-11-21-000000-initial.js';
import { AccountProtection } from './2026-11-21-000001-account-protection.js';
import { LiftedTotals } from './2026-11-27-000310-lifted-totals.js';
import { FailuresByNetwork } from './2026-11-27-000710-failures-by-network.js';
import { AuditBound } from './2026-11-28-000100-audit-bound.js';
import { AuditPartitionKey } from './2026-11-28-000200-audit-partition-key.js';
import { AuditPartitions } from './2026-11-28-000300-audit-partitions.js';
import { PurgeIndexes } from './2026-11-28-000400-purge-indexes.js';
import { CountLimits } from './2026-11-28-000500-count-limits.js';
import { AdminColumns } from './2026-11-28-000510-admin-columns.js';
import { AdminIndexes } from './2026-11-28-000520-admin-indexes.js';
import { AdminAuditIndexes } from './2026-11-28-000530-admin-audit-indexes.js';
import { AdminActs } from './2026-11-28-000540-admin-acts.js';
import { Overview } from './2026-11-28-000800-overview.js';
import { PurgeSessions } from './2026-11-28-000900-purge-sessions.js';
import { Rotations } from './2026-11-28-001000-rotations.js';
import { ServiceClients } from './2026-11-28-001100-service-clients.js';

/** All migrations, in the order in which they run. */
export const migrations: MigrationObject[] = [
  { name: '2026-11-21-000000-initial', class: Initial },
  { name: '2026-11-21-000001-account-protection', class: AccountProtection },
  { name: '2026-11-27-000310-lifted-totals', class: LiftedTotals },
  { name: '2026-11-27-000710-failures-by-network', class: FailuresByNetwork },
  { name: '2026-11-28-000100-audit-bound', class: AuditBound },
  { name: '2026-11-28-000200-audit-partition-key', class: AuditPartitionKey },
  { name: '2026-11-28-000300-audit-partitions', class: AuditPartitions },
  { name: '2026-11-28-000400-purge-indexes', class: PurgeIndexes },
  { name: '2026-11-28-000500-count-limits', class: CountLimits },
  { name: '2026-11-28-000510-admin-columns', class: AdminColumns },
  { name: '2026-11-28-000520-admin-indexes', class: AdminIndexes },
  { name: '2026-11-28-000530-admin-audit-indexes', class: AdminAuditIndexes },
  { name: '2026-11-28-000540-admin-acts', class: AdminActs },
  { name: '2026-11-28-000800-overview', class: Overview },
  { name: '2026-11-28-000900-purge-sessions', class: PurgeSessions },
  { name: '2026-11-28-001000-rotations', class: Rotations },
  { name: '2026-11-28-001100-service-clients', class: ServiceClients },
];
