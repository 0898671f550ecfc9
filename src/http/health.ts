import type { FastifyInstance } from 'fastify';
import type { Dependencies } from '../dependencies.js';
import { onceInAWhile } from '../lib/once-in-a-while.js';
import { readHealth } from '../services/health/read-health.js';
import { holdsMetricsToken } from './metrics.js';

const REMEMBER_MILLISECONDS = 500;

/**
 * `live`: the process answers, and is not in a state that only a restart ends. `ready`: it can serve; 503 if it cannot.
 * Neither reveals versions or addresses.
 */
export function registerHealth(app: FastifyInstance, dependencies: Dependencies): void {
  const health = onceInAWhile(REMEMBER_MILLISECONDS, () => readHealth(dependencies));
  app.get('/health/live', async (_request, reply) => {
    const isStuck = dependencies.poolState.isStuck();
    reply.header('cache-control', 'no-store').code(isStuck ? 503 : 200);
    return await reply.send({ status: isStuck ? 'down' : 'up' });
  });
  for (const path of ['/health/ready', '/health']) {
    app.get(path, async (request, reply) => {
      const { settings } = dependencies;
      const isTold = settings.nodeEnv !== 'production' || holdsMetricsToken(settings, request.headers.authorization);
      const found = (await health())[isTold ? 'operator' : 'everybody'];
      return await reply
        .header('cache-control', 'no-store')
        .code(found.status === 'down' ? 503 : 200)
        .send({ status: found.status, parts: Object.fromEntries(found.parts.map(({ name, state }) => [name, state])) });
    });
  }
}
