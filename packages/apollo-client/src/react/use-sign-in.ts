import { useState } from 'react';
import { retryAt } from '../results.js';
import {
  COMPLETE_TWO_FACTOR,
  EXCHANGE_TOKEN,
  LOGIN,
  RESEND_VERIFICATION,
  RESET_PASSWORD,
  VERIFY_EMAIL,
} from './documents.js';
import { useCountdown } from './use-countdown.js';
import { type AnyMember, type Ask, type Submission, useSubmission } from './use-submission.js';

/** What a sign-in asks for next. */
export type SignInStep = 'password' | 'second-factor' | 'new-password' | 'verify-address';

/** A sign-in in its steps. */
export interface SignIn extends Submission {
  step: SignInStep;
  /**
   * Sends the fields of the step. `password`: identifier, password and, if wanted, rememberMe and deviceName. `second-factor`:
   * code. `new-password`: newPassword. `verify-address`: code, and email if the user signed in by username.
   */
  submit(fields: Record<string, string>): Promise<void>;
  /** How the second factor can be verified: `TOTP`, `RECOVERY_CODE`. */
  methods: readonly string[];
  /** In `verify-address`: sends another code. */
  resend(fields?: { email?: string }): Promise<void>;
  /** The seconds until `resend` can send another code. `secondsLeft` is that for `submit`. */
  resendSecondsLeft: number;
  /** Returns to the first step. */
  back(): void;
}

interface Progress {
  step: SignInStep;
  methods: readonly string[];
  /** The secret that the step hands back. */
  secret: string;
}

type Fields = Record<string, string>;

const START: Progress = { step: 'password', methods: [], secret: '' };

/** What the user typed in the first step and chose for the session. */
function sessionOptions({ rememberMe, deviceName }: Fields) {
  const isRemembered = rememberMe !== undefined && rememberMe !== '' && rememberMe !== 'false';
  return { ...(isRemembered && { rememberMe: true }), ...(deviceName && { deviceName }) };
}

/** Sends a step, and what follows from its result without another question. Returns the last result. */
async function send(ask: Ask, { step, secret }: Progress, fields: Fields, typed: Fields): Promise<AnyMember> {
  const { identifier = '', password = '' } = typed;
  const options = sessionOptions(typed);
  if (step === 'password') return ask(LOGIN, { identifier, password, ...options });
  if (step === 'second-factor') return ask(COMPLETE_TWO_FACTOR, { challenge: secret, code: fields.code });
  if (step === 'new-password') {
    const newPassword = fields.newPassword ?? '';
    const reset = await ask(RESET_PASSWORD, { resetToken: secret, newPassword });
    if (reset.__typename !== 'PasswordResetSuccess') return reset;
    return ask(LOGIN, { identifier, password: newPassword, ...options });
  }
  const verified = await ask(VERIFY_EMAIL, { email: fields.email ?? identifier, code: fields.code });
  if (verified.__typename !== 'EmailVerified') return verified;
  const change = verified.passwordChangeRequired as AnyMember | null;
  if (change) return { ...change, __typename: 'PasswordChangeRequired' };
  return ask(EXCHANGE_TOKEN, { token: verified.exchangeToken, ...options });
}

/** Where a result leads. */
function next(result: AnyMember, current: Progress): Progress {
  const { __typename: type, code, challenge, methods, resetToken } = result;
  if (type === 'TwoFactorRequired')
    return { step: 'second-factor', secret: challenge as string, methods: methods as string[] };
  if (type === 'PasswordChangeRequired') return { ...START, step: 'new-password', secret: resetToken as string };
  if (type === 'EmailNotVerifiedProblem') return { ...START, step: 'verify-address' };
  const isOver = type === 'LoginSuccess' || type === 'TokenProblem' || code === 'CHALLENGE_EXPIRED';
  return isOver ? START : current;
}

/** A sign-in with all that can come between the password and the session. `useSession` tells when it is complete. */
export function useSignIn(): SignIn {
  const [progress, setProgress] = useState(START);
  const [typed, setTyped] = useState<Fields>({});
  const [resendAt, setResendAt] = useState<Date | null>(null);
  const [isResent, setResent] = useState(false);
  const resendSecondsLeft = useCountdown(resendAt);
  const [run, submission, reset] = useSubmission();
  const submit = (fields: Fields) =>
    run(async (ask) => {
      const isFirst = progress.step === 'password';
      const identity = isFirst ? fields : typed;
      const result = await send(ask, progress, fields, identity);
      const { password: _, ...kept } = identity;
      setTyped(kept);
      setResent(false);
      if ('resendAvailableAt' in result) setResendAt(retryAt(result));
      setProgress((current) => next(result, current));
      return result;
    });
  return {
    ...submission,
    ...(isResent && { secondsLeft: 0 }),
    step: progress.step,
    methods: progress.methods,
    submit,
    resendSecondsLeft,
    resend: ({ email = typed.identifier } = {}) =>
      run(async (ask) => {
        const result = await ask(RESEND_VERIFICATION, { email });
        setResent(true);
        setResendAt(retryAt(result));
        return result;
      }),
    back() {
      setProgress(START);
      reset();
    },
  };
}
