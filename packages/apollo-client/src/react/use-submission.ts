import { useApolloClient } from '@apollo/client/react';
import type { DocumentNode } from 'graphql';
import { useCallback, useRef, useState } from 'react';
import { fieldErrors, retryAt } from '../results.js';
import type { AuthTroubleError } from '../trouble.js';
import { memberOf } from './member-of.js';
import { troubleIn } from './use-auth-mutation.js';
import { useCountdown } from './use-countdown.js';

/** A problem of a form, as `useSignIn` and `useReauthenticate` show it. */
export interface FormProblem {
  __typename: string;
  code: string;
  message: string;
  retryAfterSeconds?: number;
}

/** What the last submission of a form came to. */
export interface Submission {
  problem?: FormProblem;
  /** The messages of a rejected input by field. */
  fields: Record<string, string>;
  /** The seconds until it can be tried again. */
  secondsLeft: number;
  busy: boolean;
  /** Why the gateway could not be asked. */
  trouble?: AuthTroubleError;
}

/** A result of the mutations in documents.ts. */
export interface AnyMember {
  __typename: string;
  [field: string]: unknown;
}

/** Sends one mutation. */
export type Ask = (mutation: DocumentNode, input: Record<string, unknown>) => Promise<AnyMember>;

type Shown = Partial<Pick<Submission, 'problem' | 'trouble'>> & { result?: AnyMember };

/**
 * Runs the submissions of a form with several steps, and shows what the last one came to. `reset` shows nothing, and drops the
 * answer that is still to come.
 */
export function useSubmission(): [
  submit: (work: (ask: Ask) => Promise<AnyMember>) => Promise<void>,
  Submission,
  reset: () => void,
] {
  const client = useApolloClient();
  const [busy, setBusy] = useState(false);
  const [{ result, ...shown }, show] = useState<Shown>({});
  const resets = useRef(0);
  const submit = useCallback(
    async (work: (ask: Ask) => Promise<AnyMember>) => {
      const { current } = resets;
      const isDropped = () => current !== resets.current;
      setBusy(true);
      try {
        const found = await work(async (mutation, input) => {
          const { data } = await client.mutate({ mutation, variables: { input } });
          if (isDropped()) throw null; // ends the work
          const member = memberOf(data) as AnyMember;
          retryAt(member); // its time counts from now
          return member;
        });
        const isProblem = found.__typename.endsWith('Problem');
        show({ result: found, ...(isProblem && { problem: found as never }) });
      } catch (error) {
        if (isDropped()) return;
        const trouble = troubleIn(error);
        show(trouble ? { trouble } : {});
        if (!trouble) throw error;
      } finally {
        if (!isDropped()) setBusy(false);
      }
    },
    [client],
  );
  const reset = () => {
    resets.current++;
    show({});
    setBusy(false);
  };
  // When another email can be sent is not when the form can be.
  const isWait = !result || !('resendAvailableAt' in result);
  const secondsLeft = useCountdown(retryAt(shown.trouble ?? (isWait ? result : null)));
  return [submit, { ...shown, fields: fieldErrors(result), secondsLeft, busy }, reset];
}
