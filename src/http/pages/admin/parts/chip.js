import { make } from '../lib/elements.js';

/** A short state. `kind` is `good`, `warn` or `bad`; the text says the same, so that nothing depends on colour. */
export function chip(text, kind = '') {
  return make('span', { class: `chip ${kind}`.trim() }, text);
}

/** A list of facts: pairs of a name and a value. */
export function facts(pairs) {
  return make(
    'dl',
    { class: 'facts' },
    ...pairs.flatMap(([name, value]) => [make('dt', {}, name), make('dd', {}, value)]),
  );
}

/** A section with a heading of its own. */
export function card(title, ...children) {
  return make('section', { class: 'card pad' }, make('h2', {}, title), ...children);
}
