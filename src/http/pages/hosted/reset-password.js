import { ask, card, show, takeToken, troubleScreen } from './card.js';
import { refusalInWords, rulesInWords } from './password-rules.js';

const CONFIG = `{
  authConfig { passwordMinLength passwordMaxLength passwordRules }
}`;
const REQUEST = `mutation($input: RequestPasswordResetInput!) {
  requestPasswordReset(input: $input) {
    __typename
    ... on AuthProblem { code message }
  }
}`;
const VERIFY = `mutation($input: VerifyPasswordResetCodeInput!) {
  verifyPasswordResetCode(input: $input) {
    __typename
    ... on PasswordResetTicket { resetToken }
    ... on AuthProblem { code message }
    ... on CodeProblem { attemptsLeft }
    ... on AuthInputProblem { fields { message } }
  }
}`;
const RESET = `mutation($input: ResetPasswordInput!) {
  resetPassword(input: $input) {
    __typename
    ... on AuthProblem { code message }
    ... on PasswordRejectedProblem { rules }
    ... on AuthInputProblem { fields { message } }
  }
}`;

const SCREENS = {
  code: {
    state: 'ready',
    title: 'Set a new password',
    text: 'Type the code that was mailed to you. If you have none yet, ask for one.',
  },
  mailed: {
    state: 'ready',
    title: 'Look into your mail',
    text: 'If there is an account with this address, a mail with a code and a link is on its way.',
  },
  password: {
    state: 'ready',
    title: 'Choose a new password',
    text: 'It takes the place of the old one, and every device is signed out.',
  },
  done: {
    state: 'done',
    title: 'Your password is set',
    text: 'Every device is signed out. You can go back and sign in with the new password.',
  },
  unusable: {
    state: 'refused',
    title: 'This link no longer works',
    text: 'It was used already, or it is too old, or a newer mail has taken its place.',
    button: 'Ask for a new mail',
  },
};

const element = (id) => document.getElementById(id);
const codeForm = element('code-form');
const passwordForm = element('password-form');
const password = element('password');
const rules = element('rules');
let token = null;
let config = {};
let busy = false;

/** Shows a screen with the form that belongs to it, if any. */
function go(name, form) {
  show(SCREENS[name]);
  codeForm.hidden = form !== codeForm;
  passwordForm.hidden = form !== passwordForm;
  for (const each of [codeForm, passwordForm]) complain(each, []);
}

/** Tells what is wrong under the fields of a form, and puts the focus where it is to be mended. */
function complain(form, problems, fields = []) {
  const list = document.createElement(problems.length > 1 ? 'ul' : 'p');
  const items = problems.map((text) => {
    const item = document.createElement(problems.length > 1 ? 'li' : 'span');
    item.textContent = text;
    return item;
  });
  list.append(...items);
  form.querySelector('.problem').replaceChildren(...(problems.length === 0 ? [] : [list]));
  for (const input of form.querySelectorAll('input')) {
    if (fields.includes(input)) input.setAttribute('aria-invalid', 'true');
    else input.removeAttribute('aria-invalid');
  }
  fields[0]?.focus();
}

/** Runs one request at a time; what was pressed says so meanwhile. */
async function during(button, label, work) {
  if (busy) return;
  busy = true;
  const before = button.textContent;
  button.textContent = label;
  button.setAttribute('aria-disabled', 'true');
  try {
    await work();
  } finally {
    busy = false;
    button.textContent = before;
    button.removeAttribute('aria-disabled');
  }
}

/** Why a form could not be sent, for every answer that is not its own. */
function explain(form, { answer, trouble }) {
  if (trouble !== undefined) {
    const { title, text } = troubleScreen(trouble);
    complain(form, [`${title}. ${text.replace(' The link stays as it is.', '')}`]);
  } else complain(form, answer.fields?.map(({ message }) => message) ?? [answer.message]);
}

async function loadRules() {
  const { answer } = await ask(CONFIG);
  config = answer ?? {};
  rules.replaceChildren(
    ...rulesInWords(config).map((text) => {
      const item = document.createElement('li');
      item.textContent = text;
      return item;
    }),
  );
}

function askForPassword() {
  go('password', passwordForm);
  void loadRules();
}

function needsEmail() {
  const { email } = codeForm.elements;
  if (email.validity.valid) return false;
  complain(codeForm, ['Write the email address of your account.'], [email]);
  return true;
}

async function requestMail() {
  const { email, code } = codeForm.elements;
  const outcome = await ask(REQUEST, { email: email.value });
  if (outcome.answer?.__typename !== 'MailAccepted') return explain(codeForm, outcome);
  go('mailed', codeForm);
  code.value = '';
  code.focus();
}

function refuseCode({ attemptsLeft }) {
  const { code } = codeForm.elements;
  const problem = 'This code is wrong or no longer works.';
  if (attemptsLeft === 0) return complain(codeForm, [`${problem} Ask for a new one.`], [code]);
  const tries = attemptsLeft === 1 ? 'one more try' : `${attemptsLeft} more tries`;
  complain(codeForm, [attemptsLeft == null ? problem : `${problem} You have ${tries}.`], [code]);
}

async function verifyCode() {
  const { email, code } = codeForm.elements;
  // People copy codes with blanks around or inside them.
  const outcome = await ask(VERIFY, { email: email.value, code: code.value.replace(/\s/g, '') });
  const { answer } = outcome;
  if (answer?.__typename === 'CodeProblem') return refuseCode(answer);
  if (answer?.__typename !== 'PasswordResetTicket') return explain(codeForm, outcome);
  token = answer.resetToken;
  code.value = '';
  askForPassword();
  password.focus();
}

async function setPassword() {
  const outcome = await ask(RESET, { resetToken: token, newPassword: password.value });
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

codeForm.addEventListener('submit', (event) => {
  event.preventDefault();
  if (needsEmail()) return;
  const { code } = codeForm.elements;
  if (code.value.trim() === '') return complain(codeForm, ['Write the code from the mail.'], [code]);
  void during(event.submitter ?? codeForm.querySelector('[type=submit]'), 'One moment…', verifyCode);
});

element('mail-me').addEventListener('click', (event) => {
  if (!needsEmail()) void during(event.currentTarget, 'Asking for a mail…', requestMail);
});

passwordForm.addEventListener('submit', (event) => {
  event.preventDefault();
  if (password.value === '') return complain(passwordForm, ['Write a new password.'], [password]);
  void during(event.submitter ?? passwordForm.querySelector('[type=submit]'), 'Setting it…', setPassword);
});

element('reveal').addEventListener('click', (event) => {
  const shown = password.type === 'text';
  password.type = shown ? 'password' : 'text';
  event.currentTarget.setAttribute('aria-pressed', String(!shown));
});

card.button.addEventListener('click', () => {
  go('code', codeForm);
  codeForm.elements.email.focus();
});

function take() {
  const found = takeToken();
  if (found === null && token !== null) return;
  token = found;
  if (token === null) go('code', codeForm);
  else askForPassword();
}

// A second link opened in the same tab only changes the fragment and loads nothing.
window.addEventListener('hashchange', take);
take();
