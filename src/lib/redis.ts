import { readFileSync } from 'node:fs';
import { Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis';
import type { Logger } from 'pino';
import { SteadyConnector, SteadySentinelConnector } from './redis-connectors.js';
import { parseRedisUrl, type RedisLocation } from './redis-url.js';
import { sparingWarning } from './sparing-warning.js';

/** A connection to Redis, or to all nodes of a cluster. */
export type RedisClient = Redis | Cluster;

/**
 * `command` connections fail immediately while Redis is unavailable, so that a request can use its fallback. `blocking`
 * connections wait for Redis, as BullMQ's workers and subscriptions require.
 */
export type RedisUse = 'command' | 'blocking';

const LONGEST_RECONNECT_MILLISECONDS = 2_000;
const COMMAND_TIMEOUT_MILLISECONDS = 1_000;
/** Interval between refreshes of the cluster's slot map. A node also redirects immediately if asked for a key of another node. */
const CLUSTER_REFRESH_MILLISECONDS = 5_000;
/** Errors of a node that has become a replica. A new connection leads to its successor. */
const DEMOTED = /READONLY|UNBLOCKED|MASTERDOWN/;

function retryAfter(times: number): number {
  return Math.min(times * 100, LONGEST_RECONNECT_MILLISECONDS);
}

function tlsOf({ kind, secure, files }: RedisLocation): RedisOptions {
  if (!secure) return {};
  const read = Object.entries(files).map(([name, path]) => [name, readFileSync(path, 'utf8')]);
  const Connector = (kind === 'sentinel' ? SteadySentinelConnector : SteadyConnector) as RedisOptions['Connector'];
  return { tls: Object.fromEntries(read), Connector };
}

function credentialsOf({ username, password }: RedisLocation): RedisOptions {
  return { ...(username === undefined ? {} : { username }), ...(password === undefined ? {} : { password }) };
}

function sentinelOptions(location: RedisLocation): RedisOptions {
  const { hosts, master, sentinelPassword, secure } = location;
  const tls = tlsOf(location);
  return {
    sentinels: [...hosts],
    name: master,
    // During a failover, a sentinel can still name the old master, so the node's role is checked too.
    role: 'master',
    sentinelRetryStrategy: retryAfter,
    ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
    ...(secure && tls.tls !== undefined ? { sentinelTLS: tls.tls, enableTLSForSentinelMode: true } : {}),
  };
}

function clusterOptions(redisOptions: RedisOptions, use: RedisUse, { secure }: RedisLocation): ClusterOptions {
  return {
    redisOptions,
    enableOfflineQueue: use === 'blocking',
    clusterRetryStrategy: retryAfter,
    slotsRefreshInterval: CLUSTER_REFRESH_MILLISECONDS,
    // A node's certificate is issued for its name, which resolving it here would replace with an address.
    ...(secure ? { dnsLookup: (address, found) => found(null, address) } : {}),
  };
}

function optionsOf(location: RedisLocation, use: RedisUse): RedisOptions {
  return {
    connectionName: `gatehouse-${use}`,
    // The client would ignore the promise of its own resubscription, which rejects if the connection closes meanwhile.
    autoResubscribe: false,
    retryStrategy: retryAfter,
    reconnectOnError: ({ message }) => DEMOTED.test(message),
    ...credentialsOf(location),
    ...tlsOf(location),
    ...(use === 'command'
      ? { enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: COMMAND_TIMEOUT_MILLISECONDS }
      : { maxRetriesPerRequest: null }),
  };
}

function open(location: RedisLocation, use: RedisUse): RedisClient {
  const options = optionsOf(location, use);
  const { kind, hosts, database: db } = location;
  if (kind === 'cluster') return new Cluster([...hosts], clusterOptions(options, use, location));
  if (kind === 'sentinel') return new Redis({ ...sentinelOptions(location), db, ...options });
  return new Redis({ ...hosts[0], db, ...options });
}

/** Opens a connection that reconnects automatically. */
export function connectRedis(url: string, use: RedisUse, logger: Logger): RedisClient {
  const redis = open(parseRedisUrl(url), use);
  redis.on('error', sparingWarning(logger, { component: 'redis' }, 'Redis is unavailable'));
  return redis;
}

/** The key options of a queue. In a cluster, BullMQ's scripts need all keys of a queue in one slot. */
export function queueKeys(url: string): { prefix?: string } {
  return parseRedisUrl(url).kind === 'cluster' ? { prefix: '{gatehouse}' } : {};
}
