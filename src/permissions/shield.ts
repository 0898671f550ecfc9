import { createRequire } from 'node:module';
import util from 'node:util';
import type { applyMiddleware as ApplyMiddleware } from 'graphql-middleware';
import type * as GraphQLRateLimit from 'graphql-rate-limit';
import type * as GraphQLShield from 'graphql-shield';

// graphql-shield calls util.isUndefined, which Node 23 removed; without it, it denies everything.
Object.assign(util, { isUndefined: (value: unknown) => value === undefined });
const require = createRequire(import.meta.url);

/**
 * The only access to the packages that wrap field resolvers. All are loaded as CommonJS, so that they share one copy of
 * shield.
 */
export const { shield, rule, allow, deny } = require('graphql-shield') as typeof GraphQLShield;
export const { applyMiddleware } = require('graphql-middleware') as { applyMiddleware: typeof ApplyMiddleware };
export const { getGraphQLRateLimiter } = require('graphql-rate-limit') as typeof GraphQLRateLimit;
