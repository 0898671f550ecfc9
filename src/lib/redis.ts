import { readFileSync } from 'node:fs';
import { Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis';
import type { Logger } from 'pino';
import { SteadyConnector, SteadySentinelConnector } from './redis-connectors.js';
import { parseRedisUrl, type RedisLocation } from './redis-url.js';
import { sparingWarning } from './sparing-warning.js';

/** A connection to Redis, or to all nodes of a cluster. */
export type RedisClient = Redis | Cluster;

/**
 * `command` connections answer at once when Redis is away, so that a request can take its other way;
 * `blocking` ones wait for it, as BullMQ's workers and subscriptions must.
 */
export type RedisUse = 'command' | 'blocking';

const LONGEST_RECONNECT_MILLISECONDS = 2_000;
const COMMAND_TIMEOUT_MILLISECONDS = 1_000;
/** How often the map of a cluster is read anew; a node that is asked for another's keys tells at once. */
const CLUSTER_REFRESH_MILLISECONDS = 5_000;
/** What a node says that is another one's replica by now: a new connection leads to its successor. */
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
    // A sentinel that is asked during a fail-over may still name the old node; its role is asked, too.
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
    // The certificate of a node is for its name, which looking it up here would replace by an address.
    ...(secure ? { dnsLookup: (address, found) => found(null, address) } : {}),
  };
}

function optionsOf(location: RedisLocation, use: RedisUse): RedisOptions {
  return {
    connectionName: `gatehouse-${use}`,
    // The client would drop the promise of its own subscription, which rejects when the connection closes meanwhile.
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

/** Opens a connection that comes back by itself. */
export function connectRedis(url: string, use: RedisUse, logger: Logger): RedisClient {
  const redis = open(parseRedisUrl(url), use);
  redis.on('error', sparingWarning(logger, { component: 'redis' }, 'redis is away'));
  return redis;
}

/** The options that the names of a queue's keys need: in a cluster its scripts ask for all of them in one slot. */
export function queueKeys(url: string): { prefix?: string } {
  return parseRedisUrl(url).kind === 'cluster' ? { prefix: '{gatehouse}' } : {};
}
