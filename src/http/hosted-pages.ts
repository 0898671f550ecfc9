import type { FastifyInstance } from 'fastify';
import { servePage } from './page-files.js';

/**
 * Serves the page that links in mails lead to when no application has one of its own.
 * The token travels in the fragment, which no server sees, and only a press of the button uses it.
 */
export function registerHostedPages(app: FastifyInstance): void {
  servePage(app, {
    address: '/verify-email',
    folder: 'verify-email',
    assets: ['verify-email.css', 'verify-email.js'],
  });
}
