import { ask, fill, words } from './card.js';
import { complain, explain, oneAtATime } from './form.js';

const element = (id) => document.getElementById(id);
const form = element('code-form');
const mailMe = element('mail-me');
const { email, code } = form.elements;
const during = oneAtATime();
let waiting;

/** Counts down on the button until another mail can be requested. */
function holdBack(seconds) {
  clearInterval(waiting);
  const until = performance.now() + seconds * 1_000;
  const tick = () => {
    const left = Math.ceil((until - performance.now()) / 1_000);
    if (left > 0) {
      mailMe.textContent = fill(words.form.again, { seconds: left });
      mailMe.setAttribute('aria-disabled', 'true');
      return;
    }
    clearInterval(waiting);
    waiting = undefined;
    mailMe.textContent = words.form.mailMe;
    mailMe.removeAttribute('aria-disabled');
  };
  waiting = setInterval(tick, 250);
  tick();
}

function needsEmail() {
  if (email.validity.valid) return false;
  complain(form, [words.form.needsEmail], [email]);
  return true;
}

function refuseCode({ attemptsLeft }) {
  const { wrongCode, codeVoid, oneTry, moreTries } = words.form;
  const tries = attemptsLeft === 1 ? oneTry : fill(moreTries, { count: attemptsLeft });
  const rest = { null: '', undefined: '', 0: codeVoid }[attemptsLeft] ?? tries;
  complain(form, [`${wrongCode} ${rest}`.trim()], [code]);
}

/**
 * The form that takes an address and the code mailed to it, and requests another mail. `request` and `verify` are the
 * mutations; `success` names the result type for a correct code.
 */
export function codeForm({ request, verify, success, onMailed, onVerified }) {
  const requestMail = async () => {
    const outcome = await ask(request, { email: email.value });
    if (outcome.answer?.__typename !== 'MailAccepted') {
      explain(form, outcome);
      return undefined;
    }
    onMailed();
    code.value = '';
    code.focus();
    return outcome.seconds;
  };

  const verifyCode = async () => {
    // People copy codes with spaces around or inside them.
    const outcome = await ask(verify, { email: email.value, code: code.value.replace(/\s/g, '') });
    const { answer } = outcome;
    if (answer?.__typename === 'CodeProblem' || answer?.__typename === 'TokenProblem') return refuseCode(answer);
    if (answer?.__typename !== success) return explain(form, outcome);
    code.value = '';
    onVerified(answer, email.value);
  };

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (needsEmail()) return;
    if (code.value.trim() === '') return complain(form, [words.form.needsCode], [code]);
    void during(event.submitter ?? form.querySelector('[type=submit]'), words.form.moment, verifyCode);
  });

  mailMe.addEventListener('click', async () => {
    if (waiting !== undefined || needsEmail()) return;
    let seconds;
    await during(mailMe, words.form.mailing, async () => {
      seconds = await requestMail();
    });
    if (seconds > 0) holdBack(seconds);
  });

  return form;
}
