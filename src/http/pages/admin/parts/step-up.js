import { Trouble } from '../lib/request.js';
import { account, reauthenticate } from '../lib/session.js';
import { words } from '../lib/words.js';
import { openDialog } from './dialog.js';
import { textField } from './field.js';

/** Verifies the signed-in user again, before an act that requires a recent sign-in. Returns whether that succeeded. */
export async function stepUp() {
  const texts = words.stepUp;
  const fields = [
    textField(words.signIn.password, {
      name: 'password',
      type: 'password',
      autocomplete: 'current-password',
      required: true,
    }),
  ];
  if (account()?.twoFactorEnabled === true) {
    const hint = words.signIn.codeHint;
    fields.push(textField(words.signIn.code, { name: 'code', autocomplete: 'one-time-code', required: true, hint }));
  }
  const done = await openDialog({
    title: texts.title,
    text: texts.text,
    submit: texts.submit,
    fields,
    async onSubmit({ elements: { password, code } }) {
      const { problem } = await reauthenticate(password.value, (code?.value ?? '').replace(/\s/g, ''));
      if (problem !== undefined) throw new Trouble(problem);
      return true;
    },
  });
  return done === true;
}
