import { CompleteTwoFactor, Login } from './generated/operations.js';
import { send } from './request.js';
import { session } from './session.js';

const dialog = document.getElementById('sign-in');
const form = dialog.querySelector('form');
const problem = form.querySelector('.problem');
const field = (id) => form.querySelector(`#${id}`);

let challenge;
let isRequired = false;

function showStep(name) {
  for (const step of form.querySelectorAll('.step')) step.hidden = step.dataset.step !== name;
  field('code').required = name === 'code';
  field('password').required = name !== 'code';
  field(name === 'code' ? 'code' : 'identifier').focus();
}

function startOver() {
  challenge = undefined;
  form.reset();
  problem.textContent = '';
  showStep('password');
}

function complain(text) {
  problem.textContent = text;
  if (challenge === undefined) field('password').select();
  else field('code').select();
}

async function attempt() {
  const [query, input] =
    challenge === undefined
      ? [Login, { identifier: field('identifier').value, password: field('password').value }]
      : [CompleteTwoFactor, { challenge, code: field('code').value.trim() }];
  const { data, errors } = await send({ query, variables: { input } });
  return Object.values(data ?? {})[0] ?? { message: errors?.[0]?.message };
}

async function submit() {
  const result = await attempt();
  problem.textContent = '';
  if (result.__typename === 'LoginSuccess') {
    dialog.close();
    startOver();
  } else if (result.__typename === 'TwoFactorRequired') {
    challenge = result.challenge;
    showStep('code');
  } else if (result.__typename === 'PasswordChangeRequired') {
    complain('This account must set a new password first.');
  } else {
    complain(result.message ?? 'The sign-in failed. Try again.');
  }
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const button = form.querySelector('[type="submit"]');
  if (button.getAttribute('aria-disabled') === 'true') return;
  button.setAttribute('aria-disabled', 'true');
  await submit();
  button.removeAttribute('aria-disabled');
});

field('cancel').addEventListener('click', () => dialog.close());
dialog.addEventListener('close', () => {
  startOver();
  // A browser closes a dialog by the second Escape, whatever the page says to the first.
  if (isRequired && session.user === undefined) dialog.showModal();
});
dialog.addEventListener('cancel', (event) => {
  if (isRequired) event.preventDefault();
});

/** Shows the form of a sign-in, which cannot be cancelled if it is `required`. */
export function showSignIn({ required = false } = {}) {
  if (dialog.open) return;
  isRequired = required;
  field('cancel').hidden = required;
  dialog.showModal();
  startOver();
}
