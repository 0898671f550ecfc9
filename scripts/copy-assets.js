// Copies files to dist that the compiler ignores: pages, email templates, common passwords and the files of the GraphQL IDE, so
// that the running server does not need the packages that contain them.

import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const root = new URL('../', import.meta.url);
/** The source of the email layout, used only for building. */
const BUILD_ONLY = /templates[\\/]layout\.mjml$/;

function copy(from, to) {
  const target = new URL(to, root);
  mkdirSync(new URL('.', target), { recursive: true });
  cpSync(new URL(from, root), target, { recursive: true, filter: (path) => !BUILD_ONLY.test(path) });
}

for (const folder of ['http/pages', 'mail/templates', 'services/passwords/lists']) {
  if (existsSync(new URL(`src/${folder}`, root))) copy(`src/${folder}`, `dist/${folder}`);
}

const vendor = JSON.parse(readFileSync(new URL('src/http/pages/ide/vendor.json', root), 'utf8'));
for (const [name, source] of Object.entries(vendor)) {
  copy(`node_modules/${source}`, `dist/http/pages/ide/vendor/${name}`);
}

// The last step of a build. Without this file, ensure-built.js considers the build incomplete.
writeFileSync(new URL('dist/.built', root), '');
