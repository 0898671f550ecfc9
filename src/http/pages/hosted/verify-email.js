import { show, words } from './card.js';
import { codeForm } from './code-form.js';
import { complain } from './form.js';
import { linkPage, screenOf } from './link-page.js';

const BY_TOKEN = `mutation($input: VerifyEmailWithTokenInput!) {
  verifyEmailWithToken(input: $input) {
    __typename
    ... on EmailVerified { user { id } passwordChangeRequired { resetToken } }
    ... on AuthProblem { code message }
    ... on AuthRateLimitProblem { retryAfterSeconds }
  }
}`;
const BY_CODE = `mutation($input: VerifyEmailInput!) {
  verifyEmail(input: $input) {
    __typename
    ... on EmailVerified { user { id } passwordChangeRequired { resetToken } }
    ... on AuthProblem { code message }
    ... on CodeProblem { attemptsLeft }
    ... on AuthRateLimitProblem { retryAfterSeconds }
  }
}`;
const REQUEST = `mutation($input: ResendVerificationInput!) {
  resendVerification(input: $input) {
    __typename
    ... on MailAccepted { resendAvailableAt }
    ... on AuthProblem { code message }
    ... on AuthRateLimitProblem { retryAfterSeconds }
  }
}`;

const { screens } = words['verify-email'];

const form = codeForm({
  request: REQUEST,
  verify: BY_CODE,
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
  mutation: BY_TOKEN,
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
