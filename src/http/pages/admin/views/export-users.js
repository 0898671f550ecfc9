import { make } from '../lib/elements.js';
import { href } from '../lib/router.js';
import { download } from '../lib/session.js';
import { say } from '../lib/status-line.js';
import { words } from '../lib/words.js';
import { openDialog } from '../parts/dialog.js';
import { selectField } from '../parts/field.js';
import { filterOf } from './user-filter.js';

const texts = words.exports;

function save(blob, name) {
  const address = URL.createObjectURL(blob);
  make('a', { href: address, download: name }).click();
  URL.revokeObjectURL(address);
}

/** A button that saves everything that the filter matches as a file. `list` is the name of the export. */
export function exportDialog(list, filter) {
  return openDialog({
    title: texts.title,
    text: texts.text,
    submit: texts.submit,
    fields: [
      selectField(texts.format, { name: 'format', options: ['csv', 'ndjson'].map((name) => [name, texts[name]]) }),
    ],
    async onSubmit({ elements }) {
      const name = `${list}.${elements.format.value}`;
      save(await download(href(`/export/${name}`, filter)), name);
      say(texts.done);
    },
  });
}

/** The export of the list of accounts. */
export function exportButton(query) {
  const open = () => void exportDialog('users', filterOf(query));
  return make('button', { type: 'button', class: 'button quiet', onclick: open }, texts.button);
}
