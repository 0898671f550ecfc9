/** Creates an element. Content of a mail enters the page as text or as an attribute, never as markup. */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (value !== undefined && value !== false) element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** Copies a text. Pages that are not on localhost or HTTPS have no clipboard API and need the older command. */
export async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = make('textarea', { class: 'visually-hidden', readonly: true });
  field.value = text;
  document.body.append(field);
  field.select();
  const done = document.execCommand('copy');
  field.remove();
  if (!done) throw new Error('The browser refused to copy');
}

/** A button that copies a text and confirms it for a moment. */
export function copyButton(label, text, classes = 'button quiet') {
  const button = make('button', { type: 'button', class: classes }, label);
  let timer;
  button.addEventListener('click', async () => {
    clearTimeout(timer);
    button.textContent = await copy(text).then(
      () => 'Copied',
      () => 'Press Ctrl+C',
    );
    timer = setTimeout(() => {
      button.textContent = label;
    }, 1600);
  });
  return button;
}

const clockFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const dayFormat = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });

/** A full date, in the format of the reader's language. */
export function inFull(iso) {
  return clockFormat.format(new Date(iso));
}

/** The age of a mail, in as few characters as a list has room for. */
export function ago(iso, now = Date.now()) {
  const seconds = Math.max(0, (now - Date.parse(iso)) / 1000);
  if (seconds < 45) return 'now';
  if (seconds < 3600) return `${Math.max(1, Math.round(seconds / 60))} min`;
  if (seconds < 86_400) return `${Math.round(seconds / 3600)} h`;
  return dayFormat.format(new Date(iso));
}
