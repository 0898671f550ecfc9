import { defineEntity, p } from '@mikro-orm/core';

/** PENDING waits or is being tried, SENT was accepted by the mail server, DISCARDED needed no mail, FAILED was refused for good. */
export type OutboxStatus = 'PENDING' | 'SENT' | 'DISCARDED' | 'FAILED';

const OutboxMessageSchema = defineEntity({
  name: 'OutboxMessage',
  tableName: 'outbox_messages',
  indexes: [{ properties: ['status', 'nextAttemptAt'] }],
  properties: {
    id: p.uuid().primary(),
    /** The template, or `none`: same work for an address that gets no mail. */
    mail: p.string().length(64),
    recipient: p.string().length(254),
    locale: p.string().length(35).nullable(),
    /** The one-time code that the mail carries; the worker derives it while it renders. */
    codeId: p.uuid().nullable(),
    /** What the template needs beside the code; never a secret. */
    variables: p.json<Record<string, string>>(),
    status: p.string().length(16).$type<OutboxStatus>().default('PENDING'),
    attempts: p.integer().default(0),
    requestId: p.string().length(64).nullable(),
    createdAt: p.datetime(),
    /** When the relay may hand it to the queue (again). */
    nextAttemptAt: p.datetime(),
    /** A worker holds it until then. */
    lockedUntil: p.datetime().nullable(),
    finishedAt: p.datetime().nullable(),
    lastError: p.string().length(500).nullable(),
  },
});

/** A mail to be sent, written in the transaction of the change that it tells of. */
export class OutboxMessage extends OutboxMessageSchema.class {}
OutboxMessageSchema.setClass(OutboxMessage);
