import { make } from '../lib/elements.js';
import { Trouble } from '../lib/request.js';
import { account, completeSignIn, signIn, signOut } from '../lib/session.js';
import { fill, words } from '../lib/words.js';
import { textField } from '../parts/field.js';
import { workForm } from '../parts/form.js';
import { linkButton, resetPasswordAddress, showScreen } from './screen.js';

const texts = words.signIn;

/** Handles what both steps can return. */
function finish(app, { value, problem }, done) {
  if (problem !== undefined) throw new Trouble(problem);
  if (value.__typename === 'LoginSuccess') return done();
  if (value.__typename === 'TwoFactorRequired') return showCodeStep(app, value.challenge, done);
  const address = resetPasswordAddress(value.resetToken);
  const children = [linkButton(texts.setPassword, address)];
  showScreen(app, { title: texts.passwordTitle, text: texts.passwordText, children });
}

function showCodeStep(app, challenge, done) {
  const code = textField(texts.code, {
    name: 'code',
    autocomplete: 'one-time-code',
    required: true,
    hint: texts.codeHint,
  });
  const form = workForm({
    fields: [code],
    submit: texts.submitCode,
    async onSubmit({ elements }) {
      const answer = await completeSignIn(challenge, elements.code.value.replace(/\s/g, ''));
      const { problem } = answer;
      elements.code.select();
      if (problem?.code === 'TWO_FACTOR_CODE_INVALID' && problem.attemptsLeft != null)
        throw fill(texts.wrongCode, { count: problem.attemptsLeft });
      finish(app, answer, done);
    },
  });
  const back = make(
    'button',
    { type: 'button', class: 'link', onclick: () => showSignIn(app, done) },
    texts.startAgain,
  );
  showScreen(app, { title: texts.codeTitle, text: texts.codeText, children: [form, back] });
}

/** Shows the first step of a sign-in. `done` is called once there is a session. */
export function showSignIn(app, done) {
  const form = workForm({
    fields: [
      textField(texts.identifier, {
        name: 'username',
        autocomplete: 'username',
        autocapitalize: 'none',
        required: true,
      }),
      textField(texts.password, {
        name: 'password',
        type: 'password',
        autocomplete: 'current-password',
        required: true,
      }),
    ],
    submit: texts.submit,
    async onSubmit({ elements: { username, password } }) {
      finish(app, await signIn(username.value.trim(), password.value), done);
    },
  });
  showScreen(app, { title: texts.title, text: texts.text, children: [form] });
}

/** Says that the signed-in account has no role of administration. */
export function showNotStaff(app) {
  const children = [make('button', { type: 'button', class: 'button', onclick: signOut }, texts.otherAccount)];
  showScreen(app, { title: texts.notStaffTitle, text: fill(texts.notStaffText, { email: account().email }), children });
}
