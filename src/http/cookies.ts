import type { CookieSerializeOptions } from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Dependencies } from '../dependencies.js';
import type { DeviceCookie, RefreshCookie } from '../request.js';
import type { Settings } from '../settings.js';
import { header } from './header.js';

const DEVICE_COOKIE_SECONDS = 365 * 86_400;

function isSecure(settings: Settings): boolean {
  return settings.nodeEnv === 'production' || settings.cookieSameSite === 'none';
}

/** The name of a gateway cookie; the `__Host-` prefix binds it to this host and to HTTPS. */
function cookieName(settings: Settings, name: 'refresh' | 'device'): string {
  return `${isSecure(settings) ? '__Host-' : ''}gatehouse-${name}`;
}

function attributesOf(settings: Settings): CookieSerializeOptions {
  return { path: '/', httpOnly: true, secure: isSecure(settings), sameSite: settings.cookieSameSite };
}

/** Returns the function that reads and writes the refresh-token cookie of a request. */
export function createRefreshCookies({ settings, clock }: Pick<Dependencies, 'settings' | 'clock'>) {
  const name = cookieName(settings, 'refresh');
  const attributes = attributesOf(settings);
  return (request: FastifyRequest, reply: FastifyReply): RefreshCookie => ({
    value: request.cookies[name] ?? null,
    isLost: false,
    set(refreshToken, expiresAt, rememberMe) {
      this.isLost = settings.cookieSameSite !== 'none' && header(request, 'sec-fetch-site') === 'cross-site';
      // Without "remember me" the cookie ends with the browser session.
      const maxAge = rememberMe ? { maxAge: Math.floor((expiresAt.getTime() - clock.now().getTime()) / 1000) } : {};
      void reply.setCookie(name, refreshToken, { ...attributes, ...maxAge });
    },
    clear() {
      if (request.cookies[name] !== undefined) void reply.clearCookie(name, attributes);
    },
  });
}

/** The cookie that identifies a device; it grants no access. */
export function createDeviceCookies(settings: Settings) {
  const name = cookieName(settings, 'device');
  const attributes = { ...attributesOf(settings), maxAge: DEVICE_COOKIE_SECONDS };
  return {
    /** The value of the cookie; null if the browser sends none. */
    read: (request: FastifyRequest): string | null => request.cookies[name] ?? null,
    /** Returns what writes the cookie to a response. */
    writer: (reply: FastifyReply): DeviceCookie => ({
      set: (token) => void reply.setCookie(name, token, attributes),
    }),
  };
}
