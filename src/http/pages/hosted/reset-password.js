import { ask, card, show, takeToken, words } from './card.js';
import { codeForm } from './code-form.js';
import { complain, explain, oneAtATime } from './form.js';
import { AuthConfig, RequestPasswordReset, ResetPassword, VerifyPasswordResetCode } from './generated/operations.js';
import { refusalInWords, rulesInWords } from './password-rules.js';

const STATES = { code: 'ready', mailed: 'ready', password: 'ready', done: 'done', unusable: 'refused' };

const { screens, setting, needsPassword } = words['reset-password'];
const element = (id) => document.getElementById(id);
const passwordForm = element('password-form');
const { username, 'new-password': password } = passwordForm.elements;
const rules = element('rules');
const during = oneAtATime();
let token = null;
let config = {};

const byCode = codeForm({
  request: RequestPasswordReset,
  verify: VerifyPasswordResetCode,
  success: 'PasswordResetTicket',
  onMailed: () => go('mailed', byCode),
  onVerified({ resetToken }, email) {
    token = resetToken;
    askForPassword(email);
    password.focus();
  },
});

/** Shows a screen with the form that belongs to it, if any. */
function go(name, form) {
  show({ state: STATES[name], ...screens[name] });
  byCode.hidden = form !== byCode;
  passwordForm.hidden = form !== passwordForm;
  for (const each of [byCode, passwordForm]) complain(each, []);
}

async function loadRules() {
  const { answer } = await ask(AuthConfig);
  config = answer ?? {};
  rules.replaceChildren(
    ...rulesInWords(config).map((text) => {
      const item = document.createElement('li');
      item.textContent = text;
      return item;
    }),
  );
}

/** Asks for the password. A password manager reads the account beside it, if the page knows it. */
function askForPassword(email = '') {
  username.value = email;
  element('account').hidden = email === '';
  go('password', passwordForm);
  void loadRules();
}

async function setPassword() {
  const outcome = await ask(ResetPassword, { resetToken: token, newPassword: password.value });
  const { answer } = outcome;
  if (answer?.__typename === 'PasswordRejectedProblem')
    return complain(passwordForm, refusalInWords(answer.rules, config), [password]);
  const name = { PasswordResetSuccess: 'done', TokenProblem: 'unusable' }[answer?.__typename];
  if (name === undefined) return explain(passwordForm, outcome);
  token = null;
  password.value = '';
  go(name);
  card.title.focus();
}

passwordForm.addEventListener('submit', (event) => {
  event.preventDefault();
  if (password.value === '') return complain(passwordForm, [needsPassword], [password]);
  void during(event.submitter ?? passwordForm.querySelector('[type=submit]'), setting, setPassword);
});

element('reveal').addEventListener('click', (event) => {
  const shown = password.type === 'text';
  password.type = shown ? 'password' : 'text';
  event.currentTarget.setAttribute('aria-pressed', String(!shown));
});

card.button.addEventListener('click', () => {
  go('code', byCode);
  byCode.elements.email.focus();
});

function take() {
  const found = takeToken();
  if (found === null && token !== null) return;
  token = found;
  if (token === null) go('code', byCode);
  else askForPassword();
}

// A second link opened in the same tab only changes the fragment and loads nothing.
window.addEventListener('hashchange', take);
take();
