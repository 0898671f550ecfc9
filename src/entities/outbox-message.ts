import { defineEntity, p } from '@mikro-orm/core';

/**
 * PENDING waits or is being attempted, SENT was accepted by the mail server, DISCARDED needed no email, FAILED was rejected
 * permanently.
 */
export type OutboxStatus = 'PENDING' | 'SENT' | 'DISCARDED' | 'FAILED';

const OutboxMessageSchema = defineEntity({
  name: 'OutboxMessage',
  tableName: 'outbox_messages',
  indexes: [
    { properties: ['status', 'nextAttemptAt'] },
    { properties: ['finishedAt'] },
    { properties: ['recipient'] },
    { properties: ['createdAt', 'id'] },
    { properties: ['userId', 'createdAt', 'id'], where: 'user_id is not null' },
    { properties: ['codeId'], where: 'code_id is not null' },
  ],
  properties: {
    id: p.uuid().primary(),
    /** The template, or `none` for an address that gets no email but the same work. */
    mail: p.string().length(64),
    recipient: p.string().length(254),
    /** The account that the email concerns; null if none is known. */
    userId: p.uuid().nullable(),
    locale: p.string().length(35).nullable(),
    /** The one-time code in the email. The worker derives it during rendering. */
    codeId: p.uuid().nullable(),
    /** Other variables of the template. Never secrets. */
    variables: p.json<Record<string, string>>(),
    status: p.string().length(16).$type<OutboxStatus>().default('PENDING'),
    attempts: p.integer().default(0),
    requestId: p.string().length(64).nullable(),
    createdAt: p.datetime(),
    /** When the relay can enqueue it (again). */
    nextAttemptAt: p.datetime(),
    /** A worker holds it until then. */
    lockedUntil: p.datetime().nullable(),
    finishedAt: p.datetime().nullable(),
    lastError: p.string().length(500).nullable(),
  },
});

/** An email to send, written in the transaction of the change it reports. */
export class OutboxMessage extends OutboxMessageSchema.class {}
OutboxMessageSchema.setClass(OutboxMessage);
