import { make, newId } from '../lib/elements.js';

/** A labelled input. `attributes` may name a `list` of suggestions and a `hint`. */
export function textField(label, { hint, suggestions, ...attributes }) {
  const id = newId(attributes.name);
  const ids = { hint: `${id}-hint`, list: `${id}-list` };
  const input = make('input', {
    id,
    type: 'text',
    autocomplete: 'off',
    'aria-describedby': hint && ids.hint,
    list: suggestions && ids.list,
    ...attributes,
  });
  return make(
    'div',
    { class: 'field' },
    make('label', { for: id }, label),
    input,
    hint && make('p', { id: ids.hint, class: 'small' }, hint),
    suggestions && make('datalist', { id: ids.list }, ...suggestions.map((value) => make('option', { value }))),
  );
}

/** A labelled choice. `options` are pairs of a value and its text. */
export function selectField(label, { name, value = '', options, isLabelHidden = false }) {
  const id = newId(name);
  return make(
    'div',
    { class: 'field' },
    make('label', { for: id, class: isLabelHidden && 'visually-hidden' }, label),
    make(
      'select',
      { id, name },
      ...options.map(([key, text]) => make('option', { value: key, selected: key === value }, text)),
    ),
  );
}

/** The values of a form, without empty ones. */
export function valuesOf(form) {
  const entries = [...new FormData(form)].map(([name, value]) => [name, String(value).trim()]);
  return Object.fromEntries(entries.filter(([, value]) => value !== ''));
}
