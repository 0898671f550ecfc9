import type { CookieSerializeOptions } from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RefreshCookie } from '../context.js';
import type { Settings } from '../settings.js';

/** The cookie of the refresh token; the `__Host-` prefix ties it to this host and to https. */
export function refreshCookieName(settings: Settings): string {
  return isSecure(settings) ? '__Host-gatehouse-refresh' : 'gatehouse-refresh';
}

function isSecure(settings: Settings): boolean {
  return settings.nodeEnv === 'production' || settings.cookieSameSite === 'none';
}

/** Reads and writes the cookie of one request. */
export function createRefreshCookie(settings: Settings, request: FastifyRequest, reply: FastifyReply): RefreshCookie {
  const name = refreshCookieName(settings);
  const attributes: CookieSerializeOptions = {
    path: '/',
    httpOnly: true,
    secure: isSecure(settings),
    sameSite: settings.cookieSameSite,
  };
  return {
    value: request.cookies[name] ?? null,
    set(refreshToken, expiresAt, rememberMe) {
      // Without "remember me" the cookie goes with the browser's own session.
      const maxAge = rememberMe ? { maxAge: Math.floor((expiresAt.getTime() - Date.now()) / 1000) } : {};
      void reply.setCookie(name, refreshToken, { ...attributes, ...maxAge });
    },
    clear() {
      if (request.cookies[name] !== undefined) void reply.clearCookie(name, attributes);
    },
  };
}
