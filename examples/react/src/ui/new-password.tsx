import { useQuery } from '@apollo/client/react';
import { AuthConfigDocument } from '@gatehouse/apollo-client/operations';
import { useState } from 'react';
import { PasswordField } from './form';

/** The rules that a page can check itself. The others depend on the account; the gateway checks all of them. */
const RULES: Record<string, [text: string, isMet: (password: string, min: number) => boolean]> = {
  TOO_SHORT: ['# characters or more', (password, min) => [...password].length >= min],
  NEEDS_UPPERCASE: ['a capital letter', (password) => /\p{Lu}/u.test(password)],
  NEEDS_LOWERCASE: ['a small letter', (password) => /\p{Ll}/u.test(password)],
  NEEDS_DIGIT: ['a digit', (password) => /\p{Nd}/u.test(password)],
  NEEDS_SYMBOL: ['a symbol', (password) => /[^\p{L}\p{N}]/u.test(password)],
};

/** A field for a new password, with the gateway's rules and which of them are met. */
export function NewPassword({ name = 'newPassword', label = 'New password' }) {
  const [password, setPassword] = useState('');
  const { passwordRules = [], passwordMinLength = 8 } = useQuery(AuthConfigDocument).data?.authConfig ?? {};
  const items = passwordRules
    .filter((rule) => rule in RULES)
    .map((rule) => {
      const [text, check] = RULES[rule];
      const isMet = check(password, passwordMinLength);
      return (
        <li key={rule} data-met={isMet}>
          {text.replace('#', String(passwordMinLength))}
          {isMet && <span className="unseen"> (done)</span>}
        </li>
      );
    });
  const rules = <ul className="rules">{items}</ul>;
  return (
    <PasswordField isNew name={name} label={label} hint={rules} onChange={({ target }) => setPassword(target.value)} />
  );
}
