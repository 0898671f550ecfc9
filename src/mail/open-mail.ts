import type { Logger } from 'pino';
import { tick } from '../lib/clock.js';
import type { Settings } from '../settings.js';
import { withBreaker } from './breaker.js';
import { createMailRoute, type MailRoute, type WatchedTransport } from './mail-route.js';
import { createMailbox, type Mailbox } from './mailbox.js';
import { withOutcomes } from './outcomes.js';
import type { MailTransport } from './outgoing-mail.js';
import { loadTemplates } from './render.js';
import { createTransport } from './transport.js';

/** The parts that send emails and report whether the mail server accepts them. */
export interface MailParts {
  mailTransport: MailTransport;
  mailRoute: MailRoute;
  /** The emails that were captured because no mail server is configured. */
  mailbox: Mailbox;
}

/** Creates the mail transport. `lastMails` reads the results of the latest emails. */
export function openMail(settings: Settings, logger: Logger, lastMails: WatchedTransport['lastMails']): MailParts {
  loadTemplates(settings);
  const mailTransport = withBreaker(withOutcomes(createTransport(settings)), {
    now: tick,
    onStateChange: (state) => logger.warn({ state }, 'the circuit breaker of the mail server changed'),
  });
  const onChange = (reason: string | undefined) => {
    if (reason === undefined) logger.info('the mail server accepts mail again');
    else logger.warn({ reason }, 'the mail server is not accepting mail');
  };
  const mailRoute = createMailRoute({ transport: mailTransport, lastMails, onChange });
  return { mailTransport, mailRoute, mailbox: createMailbox(settings.dataDir) };
}
