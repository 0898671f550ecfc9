import { defineEntity, p } from '@mikro-orm/core';

const SigningKeySchema = defineEntity({
  name: 'SigningKey',
  tableName: 'signing_keys',
  properties: {
    /** RFC 7638 thumbprint of the public part. */
    id: p.string().length(64).primary(),
    algorithm: p.string().length(16),
    publicJwk: p.json<Record<string, unknown>>(),
    /** The private JWK under AES-256-GCM with a key derived from SECRET_KEY. */
    sealedPrivateJwk: p.text().lazy().hidden(),
    createdAt: p.datetime(),
    /** From when it signs; it is published before that. */
    activeFrom: p.datetime(),
    /** Until when it is published: the end of the last token that it signed. Open while it signs. */
    retiresAt: p.datetime().nullable(),
  },
});

/** One key of the ring that signs access tokens. */
export class SigningKey extends SigningKeySchema.class {}
SigningKeySchema.setClass(SigningKey);
