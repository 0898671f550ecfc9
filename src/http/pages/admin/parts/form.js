import { make } from '../lib/elements.js';
import { Trouble } from '../lib/request.js';
import { words } from '../lib/words.js';
import { troubleBox } from './notice.js';

/** Runs `work` while the button is marked as busy. It keeps the focus, which `disabled` would lose. */
async function during(button, work) {
  button.setAttribute('aria-disabled', 'true');
  try {
    return await work();
  } finally {
    button.removeAttribute('aria-disabled');
  }
}

/** A button that runs `act` and cannot be pressed again meanwhile. */
export function actButton(label, act, classes = 'button quiet') {
  const button = make('button', { type: 'button', class: classes }, label);
  button.addEventListener('click', () => {
    if (button.getAttribute('aria-disabled') === null) void during(button, act);
  });
  return button;
}

/**
 * A form whose `submit` runs `onSubmit` once at a time, and shows what it throws above its buttons. Text that `onSubmit`
 * throws is shown as it is.
 */
export function workForm({ fields, submit, classes = 'button', onSubmit, cancel }) {
  const problem = make('div', { class: 'problem' });
  const button = make('button', { type: 'submit', class: classes }, submit);
  const form = make(
    'form',
    { class: 'stack', novalidate: true },
    ...fields,
    problem,
    make('div', { class: 'buttons' }, button, cancel),
  );
  const complain = (thrown) => {
    const box =
      thrown instanceof Trouble ? troubleBox(thrown) : make('p', { role: 'alert', class: 'notice bad' }, thrown);
    problem.replaceChildren(box);
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (button.getAttribute('aria-disabled') !== null) return;
    const missing = [...form.elements].find((element) => element.required && element.value.trim() === '');
    if (missing !== undefined) {
      complain(words.common.required);
      missing.focus();
      return;
    }
    problem.replaceChildren();
    void during(button, () => onSubmit(form)).catch((thrown) => {
      if (!(thrown instanceof Trouble) && typeof thrown !== 'string') throw thrown;
      complain(thrown);
    });
  });
  return form;
}
