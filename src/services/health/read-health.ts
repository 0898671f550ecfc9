import { access, constants, statfs } from 'node:fs/promises';
import type { UseCaseContext } from '../use-case.js';

/** `degraded` parts have a fallback; a part that is `down` keeps the process from serving. */
export type PartState = 'up' | 'degraded' | 'down';

/** A part of the gateway, as it was checked. */
export interface Part {
  name: string;
  state: PartState;
  milliseconds: number;
}

/** The parts, and the worst state among them. */
export interface Health {
  status: PartState;
  parts: Part[];
}

/**
 * The outcome of the last mails is shown only to the operator. To others it would reveal whether an email was sent, and so
 * which accounts exist.
 */
export interface Readings {
  operator: Health;
  everybody: Health;
}

const CHECK_TIMEOUT_MILLISECONDS = 1_500;
const LEAST_FREE_BYTES = 64 * 1024 * 1024;

/** Checks a part; one that does not answer in time is in the state `otherwise`. */
async function checkPart(name: string, otherwise: PartState, check: () => Promise<PartState>): Promise<Part> {
  const began = performance.now();
  const { promise, resolve } = Promise.withResolvers<PartState>();
  const timer = setTimeout(() => resolve(otherwise), CHECK_TIMEOUT_MILLISECONDS);
  check().then(resolve, () => resolve(otherwise));
  const state = await promise.finally(() => clearTimeout(timer));
  return { name, state, milliseconds: performance.now() - began };
}

/** A Redis that answers may still reject writes: one that is full, or a replica. */
async function checkCache(redis: UseCaseContext['redis']): Promise<PartState> {
  await redis?.set('gatehouse:probe:cache', '1', 'PX', CHECK_TIMEOUT_MILLISECONDS);
  return 'up';
}

/** If every part is external, nothing is stored under DATA_DIR, and the directory need not exist. */
async function checkDisk({ settings }: Pick<UseCaseContext, 'settings'>): Promise<PartState> {
  const { databaseUrl, smtpUrl, secretKey } = settings;
  if (databaseUrl !== undefined && smtpUrl !== undefined && secretKey !== undefined) return 'up';
  await access(settings.dataDir, constants.W_OK);
  const { bavail, bsize } = await statfs(settings.dataDir);
  return bavail * bsize > LEAST_FREE_BYTES ? 'up' : 'degraded';
}

function healthOf(parts: Part[]): Health {
  const worst = (['down', 'degraded', 'up'] as const).find((state) => parts.some((part) => part.state === state));
  return { status: worst ?? 'up', parts };
}

type Needs = Pick<
  UseCaseContext,
  'settings' | 'readiness' | 'poolState' | 'redis' | 'revocations' | 'mailQueue' | 'mailRoute'
>;

/** Checks every part. */
export async function readHealth(context: Needs): Promise<Readings> {
  const { readiness, poolState, redis, revocations, mailQueue, mailRoute } = context;
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
    ['disk', 'degraded', () => checkDisk(context)],
  ];
  const passesCheck = async () => ((await mailRoute.passesCheck()) ? 'up' : 'degraded');
  const [mail, ...parts] = await Promise.all([
    checkPart('mail', 'degraded', passesCheck),
    ...checks.map(async ([name, otherwise, check]) => await checkPart(name, otherwise, check)),
  ]);
  const everybody = parts.map((part) => (part.name === 'mail' ? mail : part));
  return { operator: healthOf(parts), everybody: healthOf(everybody) };
}
