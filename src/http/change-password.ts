import type { FastifyInstance } from 'fastify';
import type { Settings } from '../settings.js';

/** Redirects password managers to the page for changing a password (W3C: a well-known URL for changing passwords). */
export function registerChangePassword(app: FastifyInstance, { appUrl }: Settings): void {
  // Relative, so that it works behind a path prefix too.
  const page = appUrl === undefined ? '../reset-password' : `${appUrl}/reset-password`;
  app.get('/.well-known/change-password', (_request, reply) => reply.redirect(page, 302));
}
