import { access, constants, statfs } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import type { Dependencies } from '../dependencies.js';
import { onceInAWhile } from '../lib/once-in-a-while.js';
import { holdsMetricsToken } from './metrics.js';

/** `degraded` parts have a fallback; a part that is `down` keeps the process from serving. */
type PartState = 'up' | 'degraded' | 'down';

interface Health {
  status: PartState;
  parts: Record<string, PartState>;
}

/**
 * The outcome of the last mails is shown only to the operator. To others it would reveal whether a mail was sent, and so
 * which accounts exist.
 */
interface Readings {
  operator: Health;
  everybody: Health;
}

const CHECK_TIMEOUT_MILLISECONDS = 1_500;
const REMEMBER_MILLISECONDS = 500;
const LEAST_FREE_BYTES = 64 * 1024 * 1024;

async function stateWithin(check: () => Promise<PartState>, otherwise: PartState): Promise<PartState> {
  const { promise, resolve } = Promise.withResolvers<PartState>();
  const timer = setTimeout(() => resolve(otherwise), CHECK_TIMEOUT_MILLISECONDS);
  check().then(resolve, () => resolve(otherwise));
  return await promise.finally(() => clearTimeout(timer));
}

/** A Redis that answers may still reject writes: one that is full, or a replica. */
async function checkCache(redis: Dependencies['redis']): Promise<PartState> {
  await redis?.set('gatehouse:probe:cache', '1', 'PX', CHECK_TIMEOUT_MILLISECONDS);
  return 'up';
}

/** If every part is external, nothing is stored under DATA_DIR, and the directory need not exist. */
async function checkDisk({ settings }: Dependencies): Promise<PartState> {
  const { databaseUrl, smtpUrl, secretKey } = settings;
  if (databaseUrl !== undefined && smtpUrl !== undefined && secretKey !== undefined) return 'up';
  await access(settings.dataDir, constants.W_OK);
  const { bavail, bsize } = await statfs(settings.dataDir);
  return bavail * bsize > LEAST_FREE_BYTES ? 'up' : 'degraded';
}

function healthOf(states: readonly (readonly [string, PartState])[]): Health {
  const worst = (['down', 'degraded', 'up'] as const).find((state) => states.some(([, found]) => found === state));
  return { status: worst ?? 'up', parts: Object.fromEntries(states) };
}

async function readHealth(dependencies: Dependencies): Promise<Readings> {
  const { readiness, poolState, redis, revocations, mailQueue, mailRoute } = dependencies;
  const database = readiness.check();
  const checks: [string, PartState, () => Promise<PartState>][] = [
    ['database', 'down', async () => ((await database) ? 'up' : 'down')],
    ['migrations', 'down', async () => ((await database).isMigrated ? 'up' : 'down')],
    // A process with a wrong clock would disagree with the others about locks, codes and tokens.
    ['clock', 'down', async () => ((await database).isSkewed ? 'down' : 'up')],
    // A full pool makes requests wait but serves them; readiness has a connection of its own.
    ['connections', 'degraded', async () => (poolState.isFull() ? 'degraded' : 'up')],
    ['revocations', 'down', async () => (revocations.isReady() ? 'up' : 'down')],
    ['queue', 'degraded', async () => ((await mailQueue.takesJobs()) ? 'up' : 'degraded')],
    ['cache', 'degraded', () => checkCache(redis)],
    ['mail', 'degraded', async () => ((await mailRoute.takesMail()) ? 'up' : 'degraded')],
    ['disk', 'degraded', () => checkDisk(dependencies)],
  ];
  const passesCheck = async () => ((await mailRoute.passesCheck()) ? 'up' : 'degraded');
  const [mail, ...states] = await Promise.all([
    stateWithin(passesCheck, 'degraded'),
    ...checks.map(async ([name, otherwise, check]) => [name, await stateWithin(check, otherwise)] as const),
  ]);
  const everybody = states.map(([name, state]) => [name, name === 'mail' ? mail : state] as const);
  return { operator: healthOf(states), everybody: healthOf(everybody) };
}

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
        .send(found);
    });
  }
}
