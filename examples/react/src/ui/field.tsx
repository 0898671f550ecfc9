import { useQuery } from '@apollo/client/react';
import { AuthConfigDocument } from '@gatehouse/apollo-client/operations';
import { type ComponentProps, useId } from 'react';

interface Look extends ComponentProps<'input'> {
  label: string;
  hint?: string;
  /** Whether the rules for a new password are shown with it. */
  rules?: boolean;
}

const CODE = { name: 'code', autoComplete: 'one-time-code', autoCapitalize: 'off', spellCheck: false } as const;
const PASSWORD = { type: 'password', autoComplete: 'current-password' } as const;
const NEW_PASSWORD = { type: 'password', autoComplete: 'new-password', rules: true } as const;

/** Every field of the app. A field is required unless it says otherwise. */
const FIELDS = {
  displayName: { label: 'Name (optional)', autoComplete: 'name', required: false },
  username: { label: 'Username (optional)', required: false, hint: 'For signing in, like your address.' },
  identifier: { label: 'Email address or username', autoComplete: 'username' },
  email: { label: 'Email address', type: 'email', autoComplete: 'username' },
  newEmail: { label: 'New email address', type: 'email', autoComplete: 'email' },
  password: { label: 'Password', ...PASSWORD },
  currentPassword: { label: 'Current password', ...PASSWORD },
  firstPassword: { label: 'Password', name: 'password', ...NEW_PASSWORD },
  newPassword: { label: 'New password', ...NEW_PASSWORD },
  mailedCode: { label: 'Code from the email', inputMode: 'numeric', ...CODE },
  appCode: { label: 'Code that the app shows', inputMode: 'numeric', ...CODE },
  factor: { label: 'Code of your authenticator app, or a recovery code', ...CODE },
  factorIfAsked: { label: 'Code of your authenticator app, if it is asked for', ...CODE, required: false },
} satisfies Record<string, Look>;
export type FieldName = keyof typeof FIELDS;

/** The look of a field. Its name in the input of the mutation is that of the field unless it says otherwise. */
export const lookOf = (field: FieldName): Look & { name: string } => ({
  name: field,
  required: true,
  ...FIELDS[field],
});

/** The rules that a page can check itself. The others depend on the account; the gateway checks all of them. */
const RULES: Record<string, [text: string, isMet: (password: string, min: number) => boolean]> = {
  TOO_SHORT: ['# characters or more', (password, min) => [...password].length >= min],
  NEEDS_UPPERCASE: ['a capital letter', (password) => /\p{Lu}/u.test(password)],
  NEEDS_LOWERCASE: ['a small letter', (password) => /\p{Ll}/u.test(password)],
  NEEDS_DIGIT: ['a digit', (password) => /\p{Nd}/u.test(password)],
  NEEDS_SYMBOL: ['a symbol', (password) => /[^\p{L}\p{N}]/u.test(password)],
};

/** The gateway's rules for passwords, and which of them are met. */
function Rules({ password }: { password: string }) {
  const { passwordRules = [], passwordMinLength = 8 } = useQuery(AuthConfigDocument).data?.authConfig ?? {};
  const items = passwordRules.flatMap((rule) => {
    const [text, check] = RULES[rule] ?? [];
    if (!text || !check) return [];
    const isMet = check(password, passwordMinLength);
    return (
      <li key={rule} data-met={isMet}>
        {text.replace('#', String(passwordMinLength))} {isMet && <span className="unseen">(done)</span>}
      </li>
    );
  });
  return <ul className="rules">{items}</ul>;
}

interface FieldProps {
  field: FieldName;
  value?: string | null;
  error?: string;
  /** The new password as far as it is typed. */
  typed: string;
}

/** A field with its label, its hint and its error. */
export function Field({ field, value, error, typed }: FieldProps) {
  const { label, hint, rules, ...input } = lookOf(field);
  const id = useId();
  const hasHint = rules || hint;
  const described = [hasHint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ') || undefined;
  const state = { 'aria-invalid': error ? true : undefined, 'aria-describedby': described };
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {hasHint && <div id={`${id}-hint`}>{rules ? <Rules password={typed} /> : <p className="hint">{hint}</p>}</div>}
      <input id={id} defaultValue={value ?? ''} {...state} {...input} />
      <div id={`${id}-error`}>{error && <p className="error">{error}</p>}</div>
    </div>
  );
}
