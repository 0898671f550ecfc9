// Compiles the email layout from MJML. Part of `npm run build`. The result is committed so that tests run without a build. The
// running gateway does not need MJML.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import mjml2html from 'mjml';

const source = new URL('../src/mail/templates/layout.mjml', import.meta.url);
const target = new URL('../src/mail/templates/layout.html', import.meta.url);

/** Removes indentation and empty lines and puts each tag on one line, because every email contains the layout. */
function compact(html) {
  const lines = html.replace(/\s*\n\s*/g, '\n').trim();
  return `${lines.replace(/<[^>]*>/g, (tag) => tag.replace(/\s+/g, ' ').replace(/ >$/, '>'))}\n`;
}

const { html, errors } = await mjml2html(readFileSync(source, 'utf8'), {
  keepComments: false,
  validationLevel: 'strict',
  fonts: {}, // no fonts are loaded when an email is opened
});
if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join('\n'));

const layout = compact(html);
// Not written if unchanged, as it would make the next build necessary.
if (!existsSync(target) || readFileSync(target, 'utf8') !== layout) writeFileSync(target, layout);
