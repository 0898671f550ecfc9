import { words } from '../lib/words.js';
import { openDialog } from './dialog.js';
import { selectField, textField, valuesOf } from './field.js';

const REASONS = ['SUPPORT_REQUEST', 'ABUSE', 'INCIDENT', 'LEGAL', 'OTHER'];

/**
 * Asks why an admin acts, and acts. `act` receives the reason, the ticket and the values of the other fields. Resolves to
 * what `act` returns, or to undefined if the admin cancelled.
 */
export function askAndAct({ title, text, fields = [], submit, isDangerous, act }) {
  const { act: texts } = words;
  return openDialog({
    title,
    text,
    submit,
    isDangerous,
    fields: [
      ...fields,
      selectField(texts.reason, { name: 'reason', options: REASONS.map((name) => [name, words.reasons[name]]) }),
      textField(texts.ticket, { name: 'ticket', maxlength: 32, hint: texts.ticketHint }),
    ],
    onSubmit: (form) => act(valuesOf(form)),
  });
}
