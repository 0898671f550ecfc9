import type { FastifyInstance } from 'fastify';
import { KEYS_MAX_AGE_SECONDS, type KeyRing } from '../services/tokens/key-ring.js';

/** Publishes the public keys of the access tokens (RFC 7517), so that others verify them without asking us. */
export function registerJwks(app: FastifyInstance, keyRing: KeyRing): void {
  app.get('/.well-known/jwks.json', async (_request, reply) => {
    const keys = await keyRing.published();
    // Public keys are for every origin, and an answer for every origin never comes with credentials (OWASP CORS).
    reply.removeHeader('access-control-allow-credentials');
    return await reply
      .header('cache-control', `public, max-age=${KEYS_MAX_AGE_SECONDS}`)
      .header('access-control-allow-origin', '*')
      .type('application/json; charset=utf-8')
      .send({ keys });
  });
}
