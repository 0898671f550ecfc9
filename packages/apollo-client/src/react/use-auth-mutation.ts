import {
  CombinedGraphQLErrors,
  type OperationVariables,
  ServerError,
  ServerParseError,
  type TypedDocumentNode,
} from '@apollo/client';
import { useApolloClient } from '@apollo/client/react';
import { useCallback, useRef, useState } from 'react';
import { fieldErrors, retryAt } from '../results.js';
import { AuthTroubleError } from '../trouble.js';
import { type MemberOf, memberOf } from './member-of.js';
import { useCountdown } from './use-countdown.js';

/** The last result of a mutation. */
export interface AuthMutationState<D> {
  /** The member of the result union, whether success or problem. */
  member?: MemberOf<D>;
  /** The messages of a rejected input by field; see `fieldErrors`. */
  fields: Record<string, string>;
  /** The seconds until it can be tried again. */
  secondsLeft: number;
  /** Whether it is running. */
  busy: boolean;
  /** Why the gateway could not be asked. */
  trouble?: AuthTroubleError;
}

function codeOf(error: unknown): { code?: unknown; seconds?: unknown } {
  if (ServerParseError.is(error)) return { code: 'NETWORK' };
  if (ServerError.is(error)) {
    const { status, headers } = error.response;
    const code = status === 429 ? 'RATE_LIMITED' : status >= 500 ? 'TEMPORARILY_UNAVAILABLE' : undefined;
    return { code, seconds: Number(headers.get('retry-after')) };
  }
  const { code, retryAfterSeconds } = (CombinedGraphQLErrors.is(error) && error.errors[0]?.extensions) || {};
  return { code, seconds: retryAfterSeconds };
}

/** A failure as trouble, if the operation can simply be tried again. Otherwise returns undefined. */
export function troubleIn(error: unknown): AuthTroubleError | undefined {
  if (error instanceof AuthTroubleError) return error;
  const { code, seconds } = codeOf(error);
  if (code !== 'NETWORK' && code !== 'RATE_LIMITED' && code !== 'TEMPORARILY_UNAVAILABLE') return undefined;
  return new AuthTroubleError({ code, retryAt: Date.now() + (Number(seconds) || 0) * 1000 }, error);
}

/**
 * A mutation of the gateway for a form: `run` resolves with the member of the result union. It throws AuthTroubleError if the
 * gateway could not be asked, and the error of Apollo Client if it answered with errors.
 */
export function useAuthMutation<D, V extends OperationVariables>(
  document: TypedDocumentNode<D, V>,
): [run: (variables: V) => Promise<MemberOf<D>>, state: AuthMutationState<D>] {
  const client = useApolloClient();
  const [state, setState] = useState<Pick<AuthMutationState<D>, 'member' | 'trouble' | 'busy'>>({ busy: false });
  const latest = useRef(0);
  const run = useCallback(
    async (variables: V) => {
      const id = ++latest.current;
      const show = (next: typeof state) => {
        if (id === latest.current) setState(next);
      };
      setState(({ trouble: _, ...before }) => ({ ...before, busy: true }));
      try {
        const { data } = await client.mutate({ mutation: document, variables } as never);
        const member = memberOf(data as D);
        retryAt(member); // its time counts from now
        show({ member, busy: false });
        return member;
      } catch (error) {
        const trouble = troubleIn(error);
        show({ busy: false, ...(trouble && { trouble }) });
        throw trouble ?? error;
      }
    },
    [client, document],
  );
  const secondsLeft = useCountdown(retryAt(state.trouble ?? state.member));
  return [run, { ...state, fields: fieldErrors(state.member), secondsLeft }];
}
