import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Gauge } from 'prom-client';
import type { Dependencies } from '../dependencies.js';

/** Serves the process's figures in the Prometheus format. */
export function registerMetrics(app: FastifyInstance, { metrics, passwordHasher }: Dependencies): void {
  collectDefaultMetrics({ register: metrics });
  new Gauge({
    name: 'gatehouse_password_hashes',
    help: 'Password hashes that run and that wait for a place.',
    labelNames: ['state'],
    registers: [metrics],
    collect() {
      const { running, waiting } = passwordHasher.load();
      this.set({ state: 'running' }, running);
      this.set({ state: 'waiting' }, waiting);
    },
  });
  app.get('/metrics', async (_request, reply) => {
    return await reply
      .header('cache-control', 'no-store')
      .type(metrics.contentType)
      .send(await metrics.metrics());
  });
}
