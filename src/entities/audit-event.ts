import { defineEntity, p } from '@mikro-orm/core';

/** How much an event should worry whoever reads it. */
export const auditRiskLevels = ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'] as const;
/** One of them. */
export type AuditRiskLevel = (typeof auditRiskLevels)[number];

const AuditEventSchema = defineEntity({
  name: 'AuditEvent',
  tableName: 'audit_events',
  indexes: [{ properties: ['userId', 'createdAt', 'id'] }, { properties: ['actorId', 'createdAt', 'id'] }],
  properties: {
    // The key of a partitioned table holds what it is partitioned by.
    createdAt: p.datetime().primary(),
    id: p.uuid().primary(),
    type: p.string().length(64),
    success: p.boolean(),
    riskLevel: p.string().length(8).$type<AuditRiskLevel>(),
    /** Who did it; null where nobody was signed in. No foreign keys: the log outlives the accounts that it names. */
    actorId: p.uuid().nullable(),
    /** Whose account it is about; null where it belongs to none. */
    userId: p.uuid().nullable(),
    ipAddress: p.string().length(45).nullable(),
    userAgent: p.string().length(512).nullable(),
    requestId: p.string().length(64).nullable(),
    metadata: p.json<Record<string, string | number | boolean>>(),
  },
});

/** Something that happened to an account; written once and never changed. */
export class AuditEvent extends AuditEventSchema.class {}
AuditEventSchema.setClass(AuditEvent);
