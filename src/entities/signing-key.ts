import { defineEntity, p } from '@mikro-orm/core';

const SigningKeySchema = defineEntity({
  name: 'SigningKey',
  tableName: 'signing_keys',
  properties: {
    /** RFC 7638 thumbprint of the public key. */
    id: p.string().length(64).primary(),
    algorithm: p.string().length(16),
    publicJwk: p.json<Record<string, unknown>>(),
    /** The private JWK, encrypted with AES-256-GCM under a key derived from SECRET_KEY. */
    encryptedPrivateJwk: p.text().fieldName('sealed_private_jwk').lazy().hidden(),
    createdAt: p.datetime(),
    /** When it starts signing. It is published before that. */
    activeFrom: p.datetime(),
    /** When it is no longer published: the expiry of the last token it signed. Null while it signs. */
    retiresAt: p.datetime().nullable(),
  },
});

/** A signing key of access tokens. */
export class SigningKey extends SigningKeySchema.class {}
SigningKeySchema.setClass(SigningKey);
