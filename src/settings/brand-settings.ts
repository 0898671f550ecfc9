import { contrast, readColor } from '../lib/color.js';
import { linkedAddress, plainAddress } from './addresses.js';
import { existingFolder } from './files.js';
import { type Reader, reader, visibleName } from './readers.js';
import { optional } from './setting.js';

const LEAST_CONTRAST = 4.5; // WCAG 2.2, 1.4.3

const color: Reader<string> = reader((text, refuse) => {
  const read = readColor(text);
  if (read === undefined) refuse('must be a colour written as # and six hexadecimal digits');
  else if (contrast(read, '#ffffff') < LEAST_CONTRAST) {
    refuse('is too light: white text on it needs a contrast of 4.5 to 1 (WCAG 1.4.3); choose a darker colour');
  }
  return read ?? text;
});

/** The name and appearance of the application in emails, pages and authenticator entries. */
export function brandSettings(production: boolean) {
  return {
    APP_NAME: optional(
      visibleName(/^[^\p{Cc}\p{Bidi_Control}<>]{1,64}$/u, 'be up to 64 characters on one line, without < and >'),
      {
        description:
          'Name of the application in emails, on the pages that their links lead to and in authenticator apps.',
        derivedDefault: 'the display name of `MAIL_FROM`, else `Gatehouse`',
        example: 'Gatehouse',
      },
    ),
    SIGN_IN_URL: optional(linkedAddress(production), {
      description: 'Page where users sign in; the last step of each hosted page links to it.',
      derivedDefault: '`APP_URL`',
      example: 'http://localhost:5173/login',
      advice: 'https://app.example.com/login',
    }),
    SUPPORT_URL: optional(linkedAddress(production), {
      description: 'Help page named in emails and on hosted pages.',
      example: 'http://localhost:5173/help',
      advice: 'https://app.example.com/help',
    }),
    SUPPORT_EMAIL: optional(plainAddress, {
      description: 'Email address for help, named in emails and on hosted pages.',
      example: 'help@example.com',
    }),
    MAIL_REPLY_TO: optional(plainAddress, {
      description: 'Email address that replies go to; without it, emails say that replies are not read.',
      example: 'help@example.com',
    }),
    BRAND_COLOR: optional(color, {
      description:
        'Colour of buttons and links in emails and on hosted pages, dark enough for white text (contrast 4.5 to 1).',
      derivedDefault: '`#0d6b5e`',
      example: '#0d6b5e',
    }),
    BRAND_LOGO_URL: optional(linkedAddress(production), {
      description: 'Image that replaces the name at the top of emails, about 40 pixels high; mail programs load it.',
      example: 'http://localhost:5173/logo.png',
      advice: 'https://app.example.com/logo.png',
    }),
    MAIL_TEMPLATES: optional(existingFolder, {
      description: 'Folder with your own mail templates; each file replaces the built-in one (docs/mail.md).',
      example: './mail-templates',
    }),
  };
}
