import { make } from '../lib/elements.js';
import { duration } from '../lib/format.js';
import { fill, words } from '../lib/words.js';

/** Explains a trouble in one or two sentences. */
export function explain({ code, seconds, details }) {
  const { troubles } = words;
  const fields = (details?.fields ?? []).map(({ path, message }) => `${path.at(-1)}: ${message}`);
  const text = troubles[code] ?? troubles.FAULT;
  const wait = seconds > 0 ? fill(troubles.retry, { time: duration(seconds) }) : '';
  return [text, ...fields, wait].filter((part) => part !== '').join(' ');
}

function copyButton(text) {
  const button = make('button', { type: 'button', class: 'link' }, words.common.copy);
  button.addEventListener('click', async () => {
    await navigator.clipboard?.writeText(text);
    button.textContent = words.common.copied;
  });
  return button;
}

const REPORTED = ['FAULT', 'TEMPORARILY_UNAVAILABLE', 'FORBIDDEN', 'GRAPHQL_VALIDATION_FAILED'];

/** Whether somebody else has to look at it: it is not what the user typed, and not a limit. */
function isToReport({ code }) {
  return REPORTED.includes(code) || !(code in words.troubles);
}

/** A box that explains a trouble, with the id of its request if it is to be reported, and a button to try again if `retry` is given. */
export function troubleBox(trouble, retry) {
  if (trouble.code === undefined) throw trouble;
  const { requestId } = trouble;
  return make(
    'div',
    { class: 'notice bad', role: 'alert' },
    make('p', {}, explain(trouble)),
    requestId !== null &&
      isToReport(trouble) &&
      make(
        'p',
        { class: 'small' },
        `${words.common.requestId} `,
        make('code', {}, requestId),
        ' ',
        copyButton(requestId),
      ),
    retry && make('button', { type: 'button', class: 'button quiet', onclick: retry }, words.common.retry),
  );
}

/** A box for something that an admin should know. */
export function notice(kind, ...children) {
  return make('div', { class: `notice ${kind}` }, ...children);
}

/** What a list shows if nothing matches, with the next step. */
export function emptyState(text, ...next) {
  return make('div', { class: 'empty' }, make('p', {}, text), ...next);
}
