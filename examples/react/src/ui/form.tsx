import type { OperationVariables, TypedDocumentNode } from '@apollo/client';
import { AuthTroubleError, isProblem, type Problems } from '@gatehouse/apollo-client';
import { type MemberOf, type Submission, useAuthMutation } from '@gatehouse/apollo-client/react';
import { type InputEvent, type ReactNode, type SubmitEvent, useEffect, useRef, useState } from 'react';
import { Countdown } from './countdown';
import { Field, type FieldName, lookOf } from './field';
import { Alert } from './page';

type Values = Record<string, string>;
type Problem = { __typename: string; message: string; retryAfterSeconds?: number; attemptsLeft?: number | null };
type State = Omit<Submission, 'problem'> & { problem?: Problem };

interface Look {
  /** Label of the button. */
  action: ReactNode;
  tone?: 'quiet' | 'danger';
  fields?: readonly FieldName[];
  /** What the fields contain at first. */
  values?: Record<string, unknown>;
  /** Seconds until it can be sent, if the gateway told them with something else. */
  seconds?: number;
  children?: ReactNode;
}

/** The errors of a result by field. A wrong code is one, although the gateway does not name the field. */
function errorsOf({ fields, problem }: State): Values {
  if (problem?.__typename !== 'CodeProblem') return fields;
  return { code: problem.message + (problem.attemptsLeft == null ? '' : ` Attempts left: ${problem.attemptsLeft}.`) };
}

function messageOf({ problem, trouble }: State): string | undefined {
  if (trouble?.code === 'RATE_LIMITED') return 'That was tried too often.';
  return trouble ? 'The server did not answer. Please try again.' : problem?.message;
}

type FormProps = Look & { state: State; submit(values: Values, form: HTMLFormElement): Promise<unknown> };

/** A form with one button. It marks wrong fields and focuses the first, or shows the problem, and counts down to a retry. */
export function Form({ state, action, submit, fields = [], values = {}, tone, seconds = 0, children }: FormProps) {
  const form = useRef<HTMLFormElement>(null);
  const [missing, setMissing] = useState<Values>({});
  const [hasFailed, setFailed] = useState(false);
  const [typed, setTyped] = useState('');
  const { problem, trouble, busy } = state;
  const errors = { ...errorsOf(state), ...missing };
  const wait = Math.max(seconds, trouble || problem?.retryAfterSeconds ? state.secondsLeft : 0);
  const message = hasFailed ? 'Something went wrong. Try again.' : messageOf(state);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each result moves the focus once.
  useEffect(() => form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus(), [problem, missing]);

  async function send(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const element = event.currentTarget;
    const empty = [...element.querySelectorAll('input')].filter(({ required, value }) => required && value === '');
    setMissing(Object.fromEntries(empty.map(({ name }) => [name, 'Enter a value.'])));
    if (busy || wait > 0 || empty.length > 0) return;
    setFailed(false);
    const entered = Object.fromEntries(new FormData(element)) as Values;
    await submit(entered, element).catch((error) => setFailed(!(error instanceof AuthTroubleError)));
  }
  const note = ({ target }: InputEvent<HTMLFormElement>) => {
    const { autocomplete, value } = target as HTMLInputElement;
    if (autocomplete === 'new-password') setTyped(value);
  };
  const shown = fields.map((field) => {
    const { name } = lookOf(field);
    return <Field key={field} field={field} value={values[name] as string} error={errors[name]} typed={typed} />;
  });
  const isIdle = !busy && Object.keys(errors).length === 0;
  return (
    <form ref={form} noValidate onSubmit={send} onInput={note} onReset={() => setTyped('')}>
      {shown}
      {children}
      {message && isIdle && <Alert>{message}</Alert>}
      <div className="row">
        <button type="submit" className={tone} aria-disabled={busy || wait > 0} aria-busy={busy}>
          {action}
        </button>
        <Countdown seconds={wait} />
      </div>
    </form>
  );
}

interface MutationFormProps<D, V> extends Look {
  document: TypedDocumentNode<D, V>;
  /** What is sent with the fields in `input`. */
  input?: object;
  /** All variables, for a form without fields. */
  variables?: V;
  /** Called with a success; the form shows every problem. */
  done?(result: Exclude<MemberOf<D>, Problems<MemberOf<D>>>): unknown;
  /** Shown after a success. */
  success?: string;
}

/** A form that sends a mutation of the gateway, with its fields as the input. Fields that were left empty are sent as null. */
export function MutationForm<D, V extends OperationVariables>(props: MutationFormProps<D, V>) {
  const { document, input, variables, done, success, ...look } = props;
  const [run, { member, ...state }] = useAuthMutation(document);
  const problem = isProblem(member) ? (member as unknown as Problem) : undefined;
  async function submit(values: Values, form: HTMLFormElement) {
    const entered = Object.entries(values).map(([name, value]) => [name, value || null]);
    const result = await run(variables ?? ({ input: { ...input, ...Object.fromEntries(entered) } } as unknown as V));
    if (isProblem(result)) return;
    form.reset();
    await done?.(result as never);
  }
  return (
    <>
      <Form {...look} state={{ ...state, problem }} submit={submit} />
      {success && <p role="status">{member && !problem && <span className="notice good">{success}</span>}</p>}
    </>
  );
}
