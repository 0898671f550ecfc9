export { ACCESS_COOKIE } from './access-cookie.js';
export { type CookieReader, type ReadSessionOptions, readSession } from './read-session.js';
export { type NextResponseLike, type SessionMiddlewareOptions, sessionMiddleware } from './session-middleware.js';
export { type RouteHandler, type SessionProxyOptions, sessionProxy } from './session-proxy.js';
