import type { OperationVariables, TypedDocumentNode } from '@apollo/client';
import { AuthTroubleError, isProblem, type Problems } from '@gatehouse/apollo-client';
import { type MemberOf, type Submission, useAuthMutation } from '@gatehouse/apollo-client/react';
import {
  type ComponentProps,
  createContext,
  type ReactNode,
  type SubmitEvent,
  use,
  useEffect,
  useId,
  useRef,
  useState,
} from 'react';
import { Countdown } from './countdown';

type Values = Record<string, string>;
type FormState = Omit<Submission, 'problem'> & { problem?: Problem };
interface Problem {
  __typename: string;
  message: string;
  retryAfterSeconds?: number;
  attemptsLeft?: number | null;
}
interface FormLook {
  /** Label of the button. */
  action: ReactNode;
  tone?: 'quiet' | 'danger';
  /** Seconds until it can be sent, if the gateway told them with something else. */
  seconds?: number;
  children?: ReactNode;
}

const Errors = createContext<Values>({});

/** The errors of a result by field. A wrong code is one, although the gateway does not name the field. */
function errorsOf({ fields, problem }: FormState): Values {
  if (problem?.__typename !== 'CodeProblem') return fields;
  return { code: problem.message + (problem.attemptsLeft == null ? '' : ` Attempts left: ${problem.attemptsLeft}.`) };
}

function messageOf({ problem, trouble }: FormState): string | undefined {
  if (trouble?.code === 'RATE_LIMITED') return 'That was tried too often.';
  return trouble ? 'The server cannot be reached. Nothing was changed.' : problem?.message;
}

type FormProps = FormLook & { state: FormState; submit(values: Values, form: HTMLFormElement): Promise<unknown> };

/** A form with one button. It marks wrong fields and focuses the first, or shows the problem, and counts down to a retry. */
export function Form({ state, action, submit, children, tone, seconds = 0 }: FormProps) {
  const form = useRef<HTMLFormElement>(null);
  const [missing, setMissing] = useState<Values>({});
  const [hasFailed, setFailed] = useState(false);
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
    const values = Object.fromEntries(new FormData(element)) as Values;
    await submit(values, element).catch((error) => setFailed(!(error instanceof AuthTroubleError)));
  }
  return (
    <form ref={form} noValidate onSubmit={send}>
      <Errors value={errors}>{children}</Errors>
      {message && !busy && Object.keys(errors).length === 0 && (
        <p className="notice bad" role="alert">
          {message}
        </p>
      )}
      <div className="row">
        <button type="submit" className={tone} aria-disabled={busy || wait > 0} aria-busy={busy}>
          {action}
        </button>
        <Countdown seconds={wait} />
      </div>
    </form>
  );
}

interface MutationFormProps<D, V> extends FormLook {
  document: TypedDocumentNode<D, V>;
  variables(values: Values): V;
  /** Called with a success; the form shows every problem. */
  done?(result: Exclude<MemberOf<D>, Problems<MemberOf<D>>>): unknown;
  /** Shown after a success. */
  success?: string;
}

/** A form that sends a mutation of the gateway. */
export function MutationForm<D, V extends OperationVariables>(props: MutationFormProps<D, V>) {
  const { document, variables, done, success, ...look } = props;
  const [run, { member, ...state }] = useAuthMutation(document);
  const problem = isProblem(member) ? (member as unknown as Problem) : undefined;
  async function submit(values: Values, form: HTMLFormElement) {
    const result = await run(variables(values));
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

interface FieldProps extends ComponentProps<'input'> {
  name: string;
  label: string;
  hint?: ReactNode;
}

/** A text field with its label, its hint and its error. It is required unless `required` is false. */
export function Field({ name, label, hint, ...input }: FieldProps) {
  const id = useId();
  const error = use(Errors)[name];
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {hint && (
        <div id={`${id}-hint`} className="hint">
          {hint}
        </div>
      )}
      <input
        id={id}
        name={name}
        required
        aria-invalid={error ? true : undefined}
        aria-describedby={described || undefined}
        {...input}
      />
      {error && (
        <p id={`${id}-error`} className="error">
          {error}
        </p>
      )}
    </div>
  );
}

/** A field for a code of six digits, or for a recovery code. */
export function CodeField({ label = 'Code', ...input }: Partial<FieldProps>) {
  return (
    <Field label={label} name="code" autoComplete="one-time-code" autoCapitalize="off" spellCheck={false} {...input} />
  );
}

/** A field for a password. */
export function PasswordField({ isNew, ...input }: FieldProps & { isNew?: boolean }) {
  return <Field type="password" autoComplete={isNew ? 'new-password' : 'current-password'} {...input} />;
}
