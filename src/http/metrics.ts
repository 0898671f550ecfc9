import Fastify, { type FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Gauge } from 'prom-client';
import type { Dependencies } from '../dependencies.js';
import { equalInConstantTime } from '../lib/constant-time.js';
import type { Settings } from '../settings.js';
import { registerProblemDetails } from './problem-details.js';

type Needs = Pick<Dependencies, 'metrics' | 'passwordHasher' | 'mailRoute' | 'settings' | 'logger'>;

/** Process metrics that count connections, including those to the mail server: they would reveal who is sent a mail. */
const UNTOLD = [
  'process_open_fds',
  'nodejs_active_resources',
  'nodejs_active_resources_total',
  'nodejs_active_handles',
  'nodejs_active_handles_total',
  'nodejs_active_requests',
  'nodejs_active_requests_total',
];

/** Starts collecting the process metrics, unless they are already collected. */
function collectFigures({ metrics, passwordHasher, mailRoute }: Needs): void {
  if (metrics.getSingleMetric('gatehouse_password_hashes') !== undefined) return;
  collectDefaultMetrics({ register: metrics });
  for (const name of UNTOLD) metrics.removeSingleMetric(name);
  new Gauge({
    name: 'gatehouse_mail_server_up',
    help: 'Whether the mail server takes mails, by the last check of it: 1 or 0.',
    registers: [metrics],
    async collect() {
      this.set((await mailRoute.passesCheck()) ? 1 : 0);
    },
  });
  new Gauge({
    name: 'gatehouse_password_hashes',
    help: 'Password hashes that are running, and that are waiting.',
    labelNames: ['state'],
    registers: [metrics],
    collect() {
      const { running, waiting } = passwordHasher.load();
      this.set({ state: 'running' }, running);
      this.set({ state: 'waiting' }, waiting);
    },
  });
}

/** Tells whether a request contains METRICS_TOKEN; false if none is set. */
export function holdsMetricsToken({ metricsToken }: Settings, authorization: string | undefined): boolean {
  if (metricsToken === undefined) return false;
  const [, token = ''] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
  return equalInConstantTime(Buffer.from(token), Buffer.from(metricsToken));
}

function serveFigures(app: FastifyInstance, needs: Needs): void {
  const { metrics } = needs;
  collectFigures(needs);
  app.get('/metrics', async (request, reply) => {
    void reply.header('cache-control', 'no-store');
    const { settings } = needs;
    if (settings.metricsToken !== undefined && !holdsMetricsToken(settings, request.headers.authorization)) {
      return await reply.code(401).header('www-authenticate', 'Bearer').send();
    }
    return await reply.type(metrics.contentType).send(await metrics.metrics());
  });
}

/**
 * Serves the process metrics in the Prometheus format beside the API. They require METRICS_TOKEN; without one they are
 * served outside production only. If METRICS_PORT is set, they are served only there.
 */
export function registerMetrics(app: FastifyInstance, needs: Needs): void {
  const { metricsPort, metricsToken, nodeEnv } = needs.settings;
  if (metricsPort !== undefined) return;
  if (metricsToken !== undefined || nodeEnv !== 'production') serveFigures(app, needs);
}

/** Listens on METRICS_PORT, if it is set, and serves only metrics there. Returns the function that stops it. */
export async function listenForMetrics(needs: Needs): Promise<() => Promise<void>> {
  const { host, metricsPort: port } = needs.settings;
  if (port === undefined) return () => Promise.resolve();
  const app = Fastify({ forceCloseConnections: true });
  registerProblemDetails(app, needs.logger);
  serveFigures(app, needs);
  await app.listen({ host, port });
  needs.logger.info({ addresses: app.addresses() }, 'serving metrics');
  return () => app.close();
}
