import { AdminRotateSigningKey } from '../generated/operations.js';
import { make } from '../lib/elements.js';
import { ago, exactly } from '../lib/format.js';
import { ask, isAdmin } from '../lib/session.js';
import { say } from '../lib/status-line.js';
import { fill, wordOf, words } from '../lib/words.js';
import { chip } from '../parts/chip.js';
import { openDialog } from '../parts/dialog.js';
import { table } from '../parts/table.js';

const texts = words.statusPage;
const STATE_KINDS = { ACTIVE: 'good', PUBLISHED: 'warn', RETIRING: 'warn', RETIRED: '' };

async function rotate(reload) {
  const rotated = await openDialog({
    title: texts.rotateTitle,
    text: texts.rotateText,
    submit: texts.rotateSubmit,
    onSubmit: () => ask(AdminRotateSigningKey),
  });
  if (rotated === undefined) return;
  say(fill(texts.rotated, { id: rotated.key.id }));
  reload();
}

/** The signing keys with their ages, and the act that rotates them. */
export function keysOf(keys, reload) {
  const columns = [
    { title: texts.key, isWide: true, cell: ({ id }) => make('code', {}, id) },
    { title: texts.state, cell: ({ state }) => chip(wordOf('keyStates', state), STATE_KINDS[state]) },
    { title: texts.algorithm, cell: ({ algorithm }) => algorithm },
    { title: texts.created, cell: ({ createdAt }) => ago(createdAt) },
    { title: texts.activeFrom, cell: ({ activeFrom }) => exactly(activeFrom) },
    { title: texts.retires, cell: ({ retiresAt }) => exactly(retiresAt) },
  ];
  const button = make(
    'button',
    { type: 'button', class: 'button quiet', onclick: () => void rotate(reload) },
    texts.rotate,
  );
  return make(
    'section',
    { class: 'card' },
    make('div', { class: 'card-head' }, make('h2', {}, texts.keys), isAdmin() && button),
    table({ label: texts.keys, columns, rows: keys }),
  );
}
