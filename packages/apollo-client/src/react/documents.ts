import type { DocumentNode } from 'graphql';
import { parse } from 'graphql';

const PROBLEM =
  '...on AuthProblem{code message}...on AuthRetryProblem{retryAfterSeconds}...on AuthInputProblem{fields{path message rule}}';
const SIGNED_IN =
  '...on LoginSuccess{user{id}session{id}tokens{accessToken expiresIn refreshToken}deviceToken}...on TwoFactorRequired{challenge methods}...on PasswordChangeRequired{resetToken}';

function mutation(name: string, selection: string): DocumentNode {
  const type = name[0]?.toUpperCase() + name.slice(1);
  const members = `__typename ${selection}${PROBLEM}`;
  return parse(`mutation Gatehouse${type}($input:${type}Input!){${name}(input:$input){${members}}}`);
}

/** The mutations of `useSignIn` and `useReauthenticate`, with only what these need. */
export const LOGIN = /* @__PURE__ */ mutation('login', `${SIGNED_IN}...on EmailNotVerifiedProblem{resendAvailableAt}`);
export const COMPLETE_TWO_FACTOR = /* @__PURE__ */ mutation(
  'completeTwoFactor',
  SIGNED_IN.replace(/\.\.\.on TwoFactor.*?\}/, ''),
);
export const EXCHANGE_TOKEN = /* @__PURE__ */ mutation('exchangeToken', SIGNED_IN);
export const VERIFY_EMAIL = /* @__PURE__ */ mutation(
  'verifyEmail',
  '...on EmailVerified{exchangeToken passwordChangeRequired{resetToken}}',
);
export const RESEND_VERIFICATION = /* @__PURE__ */ mutation(
  'resendVerification',
  '...on MailAccepted{resendAvailableAt}',
);
export const RESET_PASSWORD = /* @__PURE__ */ mutation('resetPassword', '...on PasswordRejectedProblem{rules}');
export const REAUTHENTICATE = /* @__PURE__ */ mutation(
  'reauthenticate',
  '...on Reauthenticated{session{id}user{id}tokens{accessToken expiresIn refreshToken}}',
);
