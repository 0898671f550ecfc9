// Compiles the layout of the mails from MJML; part of `npm run build`. The outcome is committed, so that tests run without a
// build, and the running gateway has no use for MJML.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import mjml2html from 'mjml';

const source = new URL('../src/mail/templates/layout.mjml', import.meta.url);
const target = new URL('../src/mail/templates/layout.html', import.meta.url);

/** The page without indentation and empty lines, and each tag on one line: every mail carries it. */
function compact(html) {
  const lines = html.replace(/\s*\n\s*/g, '\n').trim();
  return `${lines.replace(/<[^>]*>/g, (tag) => tag.replace(/\s+/g, ' ').replace(/ >$/, '>'))}\n`;
}

const { html, errors } = await mjml2html(readFileSync(source, 'utf8'), {
  keepComments: false,
  validationLevel: 'strict',
  fonts: {}, // no font is fetched from elsewhere when a mail is read
});
if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join('\n'));

const layout = compact(html);
// Left alone when it is the same, or every build would make the next one necessary.
if (!existsSync(target) || readFileSync(target, 'utf8') !== layout) writeFileSync(target, layout);
