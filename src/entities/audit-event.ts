import { defineEntity, p } from '@mikro-orm/core';

/** Risk levels of audit events. */
export const auditRiskLevels = ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'] as const;
export type AuditRiskLevel = (typeof auditRiskLevels)[number];

const AuditEventSchema = defineEntity({
  name: 'AuditEvent',
  tableName: 'audit_events',
  indexes: [
    { properties: ['userId', 'createdAt', 'id'] },
    { properties: ['actorId', 'createdAt', 'id'] },
    // Rare events; the migration has the definitions.
    { name: 'audit_events_type_index', expression: 'see the migration' },
    { name: 'audit_events_risk_index', expression: 'see the migration' },
  ],
  properties: {
    // The primary key of a partitioned table must include the partition key.
    createdAt: p.datetime().primary(),
    id: p.uuid().primary(),
    type: p.string().length(64),
    success: p.boolean(),
    riskLevel: p.string().length(8).$type<AuditRiskLevel>(),
    /** The user who acted, or null if nobody was signed in. There are no foreign keys, as the log outlives the accounts. */
    actorId: p.uuid().nullable(),
    /** The affected account, or null if there is none. */
    userId: p.uuid().nullable(),
    ipAddress: p.string().length(45).nullable(),
    userAgent: p.string().length(512).nullable(),
    requestId: p.string().length(64).nullable(),
    metadata: p.json<Record<string, string | number | boolean>>(),
  },
});

/** An event in the audit log, never changed after it was written. */
export class AuditEvent extends AuditEventSchema.class {}
AuditEventSchema.setClass(AuditEvent);
