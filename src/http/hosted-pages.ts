import type { FastifyInstance } from 'fastify';
import { escapeHtml } from '../lib/escape-html.js';
import type { Settings } from '../settings.js';
import { servePage } from './page-files.js';

/** A page that uses up the token of a link when its button is pressed. */
interface LinkPage {
  /** Its address, and the name of its script. */
  name: string;
  title: string;
  text: string;
  button: string;
  note: string;
  /** What else to do where no script runs. */
  withoutScript: string;
  /** The drawing above the title, as shapes of SVG. */
  drawing: string;
}

const linkPages: LinkPage[] = [
  {
    name: 'verify-email',
    title: 'Confirm your address',
    text: 'One press of the button confirms that the mail reached you.',
    button: 'Confirm my address',
    note: 'If you did not sign up, close this page and nothing happens.',
    withoutScript: 'You can also type the code from the mail where you signed up.',
    drawing: '<rect x="7" y="12" width="34" height="25" rx="5" /><path d="m8.5 15.5 13 10.2a4 4 0 0 0 5 0l13-10.2" />',
  },
  {
    name: 'report-session',
    title: 'Was this not you?',
    text: 'One press of the button signs out every device, makes your password worthless, and mails you a link to set a new one.',
    button: 'This was not me',
    note: 'If it was you, close this page and nothing happens.',
    withoutScript: 'You can also set a new password: that signs out every device.',
    drawing: '<path d="M24 6.5 39 12v11.5c0 8.5-6 15-15 18.5-9-3.5-15-10-15-18.5V12zM19 19l10 10M29 19 19 29" />',
  },
  {
    name: 'revert-email',
    title: 'Keep your old address?',
    text: 'One press of the button gives your account its old address back, signs out every device, and mails you a link to set a new password.',
    button: 'Give me my address back',
    note: 'If you changed the address yourself, close this page and nothing happens.',
    withoutScript: 'Ask those who run this service for help.',
    drawing: '<path d="M17 11 8.5 19.5 17 28M9 19.5h18.5a9.5 9.5 0 0 1 0 19H18" />',
  },
];

function fillIn(html: string, texts: LinkPage): string {
  return Object.entries(texts).reduce((filled, [name, text]) => filled.replaceAll(`{{${name}}}`, text), html);
}

type Brand = Pick<Settings, 'appName' | 'signInUrl'>;

/** The link to the application's sign-in, which a page shows once it has done its work. */
function fillSignIn(html: string, { appName, signInUrl }: Brand): string {
  const link = (url: string) =>
    `<p class="note sign-in"><a href="${escapeHtml(url)}">Sign in to ${escapeHtml(appName)}</a></p>`;
  return html.replace('{{signIn}}', () => (signInUrl === undefined ? '' : link(signInUrl)));
}

/**
 * Serves the pages that links in mails lead to when no application has them itself. A token travels in the fragment, which no
 * server sees, and only a press of a button uses it: a mail scanner that opens a link changes nothing.
 */
export function registerHostedPages(app: FastifyInstance, brand: Brand): void {
  for (const page of linkPages) {
    servePage(app, {
      address: `/${page.name}`,
      folder: 'hosted',
      html: 'link-page.html',
      assets: ['card.css', 'card.js', 'link-page.js', `${page.name}.js`],
      fill: (html) => fillSignIn(fillIn(html, page), brand),
    });
  }
  servePage(app, {
    address: '/reset-password',
    folder: 'hosted',
    html: 'reset-password.html',
    assets: ['card.css', 'form.css', 'card.js', 'password-rules.js', 'reset-password.js'],
    fill: (html) => fillSignIn(html, brand),
  });
}
