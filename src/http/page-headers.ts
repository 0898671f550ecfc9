import type { FastifyReply } from 'fastify';

/** A content security policy: directive → sources. */
export type PagePolicy = Readonly<Record<string, string>>;

/** The policy of every page: its own scripts, styles, icon and requests, nothing inline, nothing from elsewhere. */
export const pagePolicy: PagePolicy = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  // The icon in the browser tab counts as an image.
  'img-src': "'self'",
  'connect-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
};

/** Sends a page with its own headers, which replace the stricter ones of the API. */
export function sendPage(reply: FastifyReply, policy: PagePolicy, html: string): FastifyReply {
  const directives = Object.entries(policy).map(([directive, sources]) => `${directive} ${sources}`.trim());
  return reply
    .header('content-security-policy', directives.join('; '))
    .header('referrer-policy', 'no-referrer')
    .header('x-content-type-options', 'nosniff')
    .header('cache-control', 'no-store')
    .type('text/html; charset=utf-8')
    .send(html);
}
