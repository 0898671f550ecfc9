import { troubleScreen, words } from './card.js';

/** Shows the problems of a form, and focuses the first field to correct. */
export function complain(form, problems, fields = []) {
  const list = document.createElement(problems.length > 1 ? 'ul' : 'p');
  const items = problems.map((text) => {
    const item = document.createElement(problems.length > 1 ? 'li' : 'span');
    item.textContent = text;
    return item;
  });
  list.append(...items);
  form.querySelector('.problem').replaceChildren(...(problems.length === 0 ? [] : [list]));
  for (const input of form.querySelectorAll('input')) {
    if (fields.includes(input)) input.setAttribute('aria-invalid', 'true');
    else input.removeAttribute('aria-invalid');
  }
  fields[0]?.focus();
}

/** Shows why a form could not be sent, for every answer that the form does not handle itself. */
export function explain(form, { answer, ...trouble }) {
  const { title, text } = answer === undefined ? troubleScreen(trouble) : {};
  complain(form, [answer === undefined ? `${title}. ${text}` : words.form.invalid]);
}

/** Returns a function that runs `work` unless other work is running. The pressed button shows `label` meanwhile. */
export function oneAtATime() {
  let busy = false;
  return async (button, label, work) => {
    if (busy) return;
    busy = true;
    const before = button.textContent;
    button.textContent = label;
    button.setAttribute('aria-disabled', 'true');
    try {
      await work();
    } finally {
      busy = false;
      button.textContent = before;
      button.removeAttribute('aria-disabled');
    }
  };
}
