import { useCallback, useEffect, useRef, useState } from 'react';
import { coreOf } from '../session/core.js';
import { useAuthSession } from './context.js';
import { REAUTHENTICATE } from './documents.js';
import { type Submission, useSubmission } from './use-submission.js';

/** The dialog in which a user verifies again. */
export interface Reauthentication extends Submission {
  /** Whether operations wait for it. */
  pending: boolean;
  /** Verifies the user. The waiting operations are then repeated. */
  submit(credentials: { password: string; code?: string }): Promise<void>;
  /** Lets the waiting operations end with REAUTHENTICATION_REQUIRED. */
  cancel(): void;
}

/** Serves the operations that require a recent sign-in: they wait while `pending`. Use it once, near the root of the app. */
export function useReauthenticate(): Reauthentication {
  const core = coreOf(useAuthSession());
  const [pending, setPending] = useState(false);
  const waiting = useRef(new Set<(isVerified: boolean) => void>());
  const [run, submission] = useSubmission();
  const settle = useCallback((isVerified: boolean) => {
    for (const resolve of waiting.current) resolve(isVerified);
    waiting.current.clear();
    setPending(false);
  }, []);
  useEffect(() => {
    const stepUp = () =>
      new Promise<boolean>((resolve) => {
        waiting.current.add(resolve);
        setPending(true);
      });
    core.stepUp = stepUp;
    const stop = core.on('signed-out', () => settle(false));
    return () => {
      if (core.stepUp === stepUp) core.stepUp = undefined;
      stop();
      settle(false);
    };
  }, [core, settle]);
  return {
    ...submission,
    pending,
    submit: ({ password, code }) =>
      run(async (ask) => {
        const result = await ask(REAUTHENTICATE, { password, ...(code && { code }) });
        if (result.__typename === 'Reauthenticated') settle(true);
        return result;
      }),
    cancel: () => settle(false),
  };
}
