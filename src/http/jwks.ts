import type { FastifyInstance } from 'fastify';
import { KEYS_MAX_AGE_SECONDS, type KeyRing } from '../services/tokens/key-ring.js';

/** Publishes the public keys of the access tokens (RFC 7517), so that others can verify them without asking the gateway. */
export function registerJwks(app: FastifyInstance, keyRing: KeyRing): void {
  app.get('/.well-known/jwks.json', async (_request, reply) => {
    const keys = await keyRing.published();
    // Every origin is allowed to read public keys, and such an answer must not allow credentials (OWASP CORS).
    reply.removeHeader('access-control-allow-credentials');
    return await reply
      .header('cache-control', `public, max-age=${KEYS_MAX_AGE_SECONDS}`)
      .header('access-control-allow-origin', '*')
      .type('application/json; charset=utf-8')
      .send({ keys });
  });
}
