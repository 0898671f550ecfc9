import { ago, inFull, make } from './elements.js';

function entry(mail, { chosenId, unseen }) {
  const chosen = mail.id === chosenId;
  const isNew = unseen.has(mail.id);
  return make(
    'li',
    {},
    make(
      'a',
      {
        class: 'entry',
        href: `#${encodeURIComponent(mail.id)}`,
        'data-id': mail.id,
        'data-new': isNew,
        'aria-current': chosen && 'true',
      },
      make(
        'span',
        { class: 'entry-subject' },
        isNew ? make('span', { class: 'visually-hidden' }, 'New: ') : null,
        mail.subject,
      ),
      make('time', { class: 'entry-time', datetime: mail.sentAt, title: inFull(mail.sentAt) }, ago(mail.sentAt)),
      make('span', { class: 'entry-to' }, mail.to),
      mail.code === null ? null : make('span', { class: 'entry-code' }, mail.code),
    ),
  );
}

/** The mails whose address or subject contains each word of the filter. */
export function matching(mails, filter) {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  return mails.filter(({ to, subject }) => words.every((word) => `${to} ${subject}`.toLowerCase().includes(word)));
}

/** Redraws the list and keeps the focus on the mail that had it. */
export function drawList(list, mails, state) {
  const focused = list.contains(document.activeElement) ? document.activeElement.dataset.id : undefined;
  list.replaceChildren(...mails.map((mail) => entry(mail, state)));
  if (focused !== undefined) list.querySelector(`[data-id="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

/** Updates the ages without touching anything else. */
export function refreshAges(list) {
  for (const time of list.querySelectorAll('time')) time.textContent = ago(time.dateTime);
}
