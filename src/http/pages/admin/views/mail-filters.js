import { AdminSendTestMail } from '../generated/operations.js';
import { make } from '../lib/elements.js';
import { go, href } from '../lib/router.js';
import { account, ask, isAdmin } from '../lib/session.js';
import { say } from '../lib/status-line.js';
import { fill, words } from '../lib/words.js';
import { openDialog } from '../parts/dialog.js';
import { selectField, textField, valuesOf } from '../parts/field.js';

const texts = words.emails;

async function sendTest(reload) {
  const sent = await openDialog({
    title: texts.testTitle,
    text: texts.testText,
    submit: texts.testSubmit,
    fields: [textField(texts.address, { name: 'email', type: 'email', required: true, value: account().email })],
    onSubmit: ({ elements }) => ask(AdminSendTestMail, { input: { email: elements.email.value.trim() } }),
  });
  if (sent === undefined) return;
  say(fill(texts.tested, { email: sent.mail.recipient }));
  reload();
}

function choice(name, value, table) {
  return selectField(texts[name], {
    name,
    value,
    isLabelHidden: true,
    options: [['', texts.any[name]], ...Object.entries(table).sort(([, one], [, other]) => one.localeCompare(other))],
  });
}

/** The filters of the list of emails. They live in the address, so that a link with them can be shared. */
export function mailFilters({ status, mail, recipient }, reload) {
  const search = make('input', {
    type: 'search',
    name: 'recipient',
    value: recipient,
    'aria-label': texts.search,
    placeholder: texts.search,
    autocomplete: 'off',
    spellcheck: 'false',
  });
  const test = () => void sendTest(reload);
  const form = make(
    'form',
    { role: 'search', class: 'filters' },
    make(
      'div',
      { class: 'bar' },
      search,
      choice('status', status, words.mailStates),
      choice('mail', mail, words.mails),
      make('button', { type: 'submit', class: 'button quiet' }, words.users.find),
      isAdmin() && make('button', { type: 'button', class: 'button', onclick: test }, texts.test),
    ),
  );
  const apply = () => go(href('/emails', valuesOf(form)));
  form.addEventListener('change', ({ target }) => {
    if (target !== search) apply();
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    apply();
  });
  return form;
}
