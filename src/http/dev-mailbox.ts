import type { FastifyInstance } from 'fastify';
import type { CapturedMail } from '../mail/captured-mail.js';
import type { Mailbox } from '../mail/mailbox.js';
import { servePage } from './page-files.js';
import { type PagePolicy, pagePolicy, sendPage } from './page-headers.js';

// A mail is the only document here that the gateway did not write, so it gets no script, no request and no origin of ours.
// Its links open in a new tab.
const mailPolicy: PagePolicy = {
  sandbox: 'allow-popups allow-popups-to-escape-sandbox',
  'default-src': "'none'",
  'style-src': "'unsafe-inline'",
  'img-src': 'data:',
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'self'",
};

/** Sorts by time, newest first; mails of the same millisecond keep their order. */
async function newestFirst(mailbox: Mailbox): Promise<CapturedMail[]> {
  const mails = await mailbox.list();
  return mails.toSorted((one, other) => Date.parse(other.sentAt) - Date.parse(one.sentAt));
}

/** Opens the links of a mail in a new tab, because the pages that they lead to refuse to be framed. */
function withLinksInNewTabs(html: string): string {
  const base = '<base target="_blank">';
  return /<head[^>]*>/i.test(html) ? html.replace(/<head[^>]*>/i, (head) => head + base) : base + html;
}

/** Serves the captured mails as a page and as JSON; for development only. */
export function registerDevMailbox(app: FastifyInstance, mailbox: Mailbox): void {
  servePage(app, {
    address: '/dev/mail',
    folder: 'dev-mailbox',
    assets: ['mailbox.css', 'reader.css', 'mailbox.js', 'list.js', 'reader.js', 'elements.js'],
    policy: { ...pagePolicy, 'frame-src': "'self'" },
  });

  app.get('/dev/mail.json', async (_request, reply) => {
    const mails = await newestFirst(mailbox);
    reply.header('cache-control', 'no-store');
    return mails.map(({ id, to, subject, text, html, code, link, sentAt }) => ({
      id,
      to,
      subject,
      text,
      html,
      code,
      link,
      sentAt,
    }));
  });

  app.get<{ Params: { id: string } }>('/dev/mail/html/:id', async (request, reply) => {
    const mail = (await mailbox.list()).find(({ id }) => id === request.params.id);
    if (mail === undefined) return reply.callNotFound();
    // Some browsers predate frame-ancestors, and the API's headers forbid every frame.
    reply.header('x-frame-options', 'SAMEORIGIN');
    // A sandboxed mail has no origin that could get an agent cluster of its own, and the browser would warn about the
    // attempt.
    reply.removeHeader('origin-agent-cluster');
    return sendPage(reply, mailPolicy, withLinksInNewTabs(mail.html));
  });
}
