import { show, words } from './card.js';
import { codeForm } from './code-form.js';
import { complain } from './form.js';
import {
  ResendVerification,
  VerifyEmailWithoutSession,
  VerifyEmailWithTokenWithoutSession,
} from './generated/operations.js';
import { linkPage, screenOf } from './link-page.js';

const { screens } = words['verify-email'];

const form = codeForm({
  request: ResendVerification,
  verify: VerifyEmailWithoutSession,
  success: 'EmailVerified',
  onMailed: () => showForm('mailed'),
  onVerified(answer) {
    form.hidden = true;
    byLink.end(screenOf({ answer }, 'EmailVerified', screens));
  },
});

function showForm(name) {
  show({ state: 'ready', ...screens[name] });
  complain(form, []);
  form.hidden = false;
}

const byLink = linkPage({
  name: 'verify-email',
  mutation: VerifyEmailWithTokenWithoutSession,
  success: 'EmailVerified',
  onEmpty: () => showForm('code'),
  onToken() {
    form.hidden = true;
  },
  onUnusable() {
    showForm('code');
    form.elements.email.focus();
  },
});
