import { make } from '../lib/elements.js';
import { Trouble } from '../lib/request.js';
import { account, confirmEnrolment, enrol, isStaff, renew, signOut } from '../lib/session.js';
import { fill, words } from '../lib/words.js';
import { textField } from '../parts/field.js';
import { workForm } from '../parts/form.js';
import { showScreen } from './screen.js';

const texts = words.enrol;

function signOutButton() {
  return make('button', { type: 'button', class: 'link', onclick: signOut }, words.shell.signOut);
}

/** The session was opened without the factor that the account has: it has to be opened again. */
function showSignInAgain(app) {
  const children = [make('button', { type: 'button', class: 'button', onclick: signOut }, texts.again)];
  showScreen(app, { title: texts.againTitle, text: texts.againText, children });
}

function showRecoveryCodes(app, codes, done) {
  const text = codes.join('\n');
  const list = make('ul', { class: 'codes' }, ...codes.map((code) => make('li', {}, make('code', {}, code))));
  const copy = make('button', { type: 'button', class: 'button quiet' }, words.common.copy);
  copy.addEventListener('click', async () => {
    await navigator.clipboard?.writeText(text);
    copy.textContent = words.common.copied;
  });
  const form = workForm({
    fields: [],
    submit: texts.kept,
    cancel: copy,
    async onSubmit() {
      await renew();
      if (isStaff()) done();
      else showSignInAgain(app);
    },
  });
  showScreen(app, { title: texts.codesTitle, text: texts.codesText, children: [list, form] });
}

function showSecret(app, { secret, otpauthUri }, done) {
  const spaced = secret.match(/.{1,4}/g).join(' ');
  const code = textField(words.signIn.code, {
    name: 'code',
    autocomplete: 'one-time-code',
    inputmode: 'numeric',
    required: true,
  });
  const form = workForm({
    fields: [code],
    submit: texts.confirm,
    async onSubmit({ elements }) {
      const { value, problem } = await confirmEnrolment(elements.code.value.replace(/\s/g, ''));
      if (problem !== undefined) throw new Trouble(problem);
      showRecoveryCodes(app, value.codes, done);
    },
  });
  const key = make('p', { class: 'secret' }, make('code', {}, spaced));
  const open = make('p', {}, make('a', { href: otpauthUri, target: '_self' }, texts.openApp));
  showScreen(app, { title: texts.secretTitle, text: texts.secretText, children: [key, open, form, signOutButton()] });
}

/** Lets an account whose role requires a second factor turn it on. `done` is called once the session is granted the role. */
export function showEnrolment(app, done) {
  const { email, role, twoFactorEnabled } = account();
  if (twoFactorEnabled) return showSignInAgain(app);
  const form = workForm({
    fields: [
      textField(words.signIn.password, {
        name: 'password',
        type: 'password',
        autocomplete: 'current-password',
        required: true,
      }),
    ],
    submit: texts.begin,
    async onSubmit({ elements: { password } }) {
      const { value, problem } = await enrol(password.value);
      if (problem?.code === 'REAUTHENTICATION_REQUIRED') return showSignInAgain(app);
      if (problem !== undefined) throw new Trouble(problem);
      showSecret(app, value, done);
    },
  });
  showScreen(app, { title: texts.title, text: fill(texts.text, { email, role }), children: [form, signOutButton()] });
}
