import { defineEntity, p } from '@mikro-orm/core';

const ServiceClientSchema = defineEntity({
  name: 'ServiceClient',
  tableName: 'service_clients',
  indexes: [{ properties: ['createdAt', 'id'] }],
  properties: {
    id: p.uuid().primary(),
    name: p.string().length(100),
    scopes: p.array(),
    /** SHA-256 of the current secret. */
    secretHash: p.blob().lazy().hidden(),
    /** The beginning of the current secret, by which people recognise it. */
    secretPrefix: p.string().length(64),
    /** SHA-256 of the secret before the last rotation. */
    previousSecretHash: p.blob().nullable().lazy().hidden(),
    /** Until when the previous secret is accepted. */
    previousUntil: p.datetime().nullable(),
    createdAt: p.datetime(),
    expiresAt: p.datetime().nullable(),
    /** When it was last used, to about an hour. */
    lastUsedAt: p.datetime().nullable(),
    revokedAt: p.datetime().nullable(),
  },
});

/** Another service that calls the gateway with a secret of its own. */
export class ServiceClient extends ServiceClientSchema.class {}
ServiceClientSchema.setClass(ServiceClient);
