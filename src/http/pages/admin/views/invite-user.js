import { AdminInviteUser } from '../generated/operations.js';
import { make } from '../lib/elements.js';
import { go, href } from '../lib/router.js';
import { ask } from '../lib/session.js';
import { say } from '../lib/status-line.js';
import { fill, lang, languages, words } from '../lib/words.js';
import { knownRoles } from '../parts/accounts.js';
import { askAndAct } from '../parts/act-dialog.js';
import { selectField, textField } from '../parts/field.js';

const texts = words.invite;

async function invite() {
  const invited = await askAndAct({
    title: texts.title,
    text: texts.text,
    submit: texts.submit,
    fields: [
      textField(texts.email, { name: 'email', type: 'email', required: true }),
      textField(texts.name, { name: 'displayName', maxlength: 100 }),
      selectField(words.users.role, { name: 'role', options: knownRoles.map((name) => [name, name]) }),
      selectField(texts.language, { name: 'locale', value: lang, options: Object.entries(languages) }),
    ],
    act: (input) => ask(AdminInviteUser, { input }),
  });
  if (invited === undefined) return;
  go(href(`/users/${invited.user.id}`));
  say(fill(texts.done, { email: invited.user.email }));
}

/** A button that invites a person. */
export function inviteButton() {
  return make('button', { type: 'button', class: 'button', onclick: () => void invite() }, texts.button);
}
