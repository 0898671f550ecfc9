import { make, newId } from '../lib/elements.js';
import { words } from '../lib/words.js';
import { workForm } from './form.js';

/**
 * Opens a modal dialog with a form. Resolves to what `onSubmit` returns, or to undefined if the dialog was cancelled. The
 * dialog stays open while `onSubmit` throws. The browser keeps the focus inside, closes it by Escape and returns the focus.
 */
export function openDialog({ title, text, fields = [], submit, isDangerous = false, onSubmit }) {
  const id = newId('dialog');
  return new Promise((resolve) => {
    let result;
    const cancel = make('button', { type: 'button', class: 'button quiet' }, words.common.cancel);
    const form = workForm({
      fields,
      submit,
      classes: isDangerous ? 'button danger' : 'button',
      cancel,
      async onSubmit(filled) {
        result = await onSubmit(filled);
        dialog.close();
      },
    });
    const dialog = make(
      'dialog',
      { 'aria-labelledby': id, class: 'dialog' },
      make('h2', { id, class: 'dialog-title' }, title),
      text && make('p', { class: 'muted' }, text),
      form,
    );
    cancel.addEventListener('click', () => dialog.close());
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(result);
    });
    document.body.append(dialog);
    dialog.showModal();
    (form.querySelector('input, select') ?? form.querySelector('button')).focus();
  });
}
