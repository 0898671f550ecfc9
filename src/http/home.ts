import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import type { Settings } from '../settings.js';
import { pageFile, serveAsset } from './page-files.js';
import { pagePolicy, sendPage } from './page-headers.js';

interface Link {
  path: string;
  name: string;
  what: string;
}

function linksOf(settings: Settings): Link[] {
  const links: (Link | false)[] = [
    settings.graphqlIde && {
      path: 'ide',
      name: 'GraphQL IDE',
      what: 'Try every operation, with a journey from sign-up to logout.',
    },
    settings.adminPage && {
      path: 'admin',
      name: 'Administration',
      what: 'Accounts, the audit log, emails and the state of the gateway, for admins and support.',
    },
    settings.smtpUrl === undefined && {
      path: 'dev/mail',
      name: 'Mailbox',
      what: 'Every email that would have been sent, with its code.',
    },
    settings.appUrl === undefined && {
      path: 'reset-password',
      name: 'Set a new password',
      what: 'One of the pages that links in emails lead to.',
    },
    { path: 'health/ready', name: 'Health', what: 'Whether this process is ready to serve, component by component.' },
    {
      path: '.well-known/jwks.json',
      name: 'Public keys',
      what: 'The keys with which other services verify access tokens.',
    },
  ];
  return links.filter((link) => link !== false);
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.codePointAt(0)};`);
}

/** Serves the page at `/`, which links to everything that a developer opens. */
export function registerHome(app: FastifyInstance, settings: Settings): void {
  const items = linksOf(settings).map(
    ({ path, name, what }) => `<li><a href="${path}"><strong>${name}</strong><span>${what}</span></a></li>`,
  );
  const html = readFileSync(pageFile('home/index.html'), 'utf8')
    .replaceAll('{{appName}}', () => escaped(settings.appName))
    .replace('{{links}}', () => items.join('\n        '));
  app.get('/', (_request, reply) => sendPage(reply, pagePolicy, html));
  for (const name of ['base.css', 'icon.svg']) serveAsset(app, `/dev/${name}`, pageFile(name));
  serveAsset(app, '/dev/home.css', pageFile('home/home.css'));
}
