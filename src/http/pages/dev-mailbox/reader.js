import { copyButton, inFull, make } from './elements.js';

/** The chosen view stays the same from mail to mail. */
let chosenView = 'html';

function details(mail) {
  return make(
    'header',
    { class: 'details' },
    make('h2', { id: 'subject', tabindex: '-1' }, mail.subject),
    make(
      'dl',
      {},
      make('div', {}, make('dt', {}, 'To'), make('dd', {}, mail.to)),
      make(
        'div',
        {},
        make('dt', {}, 'Sent'),
        make('dd', {}, make('time', { datetime: mail.sentAt }, inFull(mail.sentAt))),
      ),
    ),
  );
}

function codePanel({ code }) {
  const half = Math.ceil(code.length / 2);
  return make(
    'div',
    { class: 'code-panel' },
    make(
      'div',
      {},
      make('span', { class: 'panel-label' }, 'Code'),
      // Two parts with a gap between them and no space, so that a selection still copies six digits.
      make('output', { class: 'code' }, make('span', {}, code.slice(0, half)), make('span', {}, code.slice(half))),
    ),
    copyButton('Copy code', code, 'button quiet copy-code'),
  );
}

function linkPanel({ link }) {
  const safe = /^https?:\/\//i.test(link);
  return make(
    'div',
    { class: 'link-panel' },
    make(
      'div',
      { class: 'link-text' },
      make('span', { class: 'panel-label' }, 'Link'),
      make('span', { class: 'address', title: link }, link),
    ),
    make(
      'div',
      { class: 'link-actions' },
      copyButton('Copy', link),
      safe
        ? make('a', { class: 'button', href: link, target: '_blank', rel: 'noreferrer noopener' }, 'Open link')
        : null,
    ),
  );
}

function viewOf(mail, view) {
  if (view === 'text') return make('pre', { class: 'text-view', tabindex: '0' }, mail.text);
  return make('iframe', {
    class: 'html-view',
    title: `HTML of ${mail.subject}`,
    sandbox: 'allow-popups allow-popups-to-escape-sandbox',
    src: `mail/html/${encodeURIComponent(mail.id)}`,
  });
}

function bodyViews(mail) {
  const views = { html: 'HTML', text: 'Text' };
  const panel = make('div', { class: 'view', id: 'view', role: 'tabpanel' });
  const tabs = Object.entries(views).map(([view, label]) =>
    make(
      'button',
      { type: 'button', role: 'tab', id: `tab-${view}`, 'aria-controls': 'view', 'data-view': view },
      label,
    ),
  );
  const choose = (view) => {
    chosenView = view;
    for (const tab of tabs) {
      const chosen = tab.dataset.view === view;
      tab.setAttribute('aria-selected', String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
    }
    panel.setAttribute('aria-labelledby', `tab-${view}`);
    panel.replaceChildren(viewOf(mail, view));
  };
  for (const tab of tabs) {
    tab.addEventListener('click', () => choose(tab.dataset.view));
    tab.addEventListener('keydown', (event) => {
      if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
      const next = tabs.find((other) => other !== tab);
      choose(next.dataset.view);
      next.focus();
    });
  }
  choose(chosenView);
  const tabList = make('div', { class: 'tabs', role: 'tablist', 'aria-label': 'View of the email' }, ...tabs);
  return make('div', { class: 'body' }, tabList, panel);
}

/** Draws one mail: its details, its code and link ready to use, and both of its bodies. */
export function drawMail(reader, mail, goBack) {
  reader.replaceChildren(
    make('button', { type: 'button', class: 'back', onclick: goBack }, '← All emails'),
    details(mail),
    make(
      'div',
      { class: 'panels' },
      mail.code === null ? null : codePanel(mail),
      mail.link === null ? null : linkPanel(mail),
    ),
    bodyViews(mail),
  );
  reader.scrollTop = 0;
}

/** Draws the instructions that are shown while there is no mail. */
export function drawEmpty(reader) {
  const ide = make('a', { href: '../ide' }, 'GraphQL IDE');
  reader.replaceChildren(
    make(
      'div',
      { class: 'empty' },
      make('div', { class: 'envelope', 'aria-hidden': 'true' }),
      make('h2', {}, 'No email yet'),
      make(
        'p',
        {},
        'Sign up with any address, in your application or in the ',
        ide,
        '. The email appears here automatically.',
      ),
      make(
        'pre',
        { class: 'sample', tabindex: '0' },
        `mutation {
  signup(input: {
    email: "new.user@example.com"
    password: "Violet-Harbour-71"
    termsAccepted: true
    privacyPolicyAccepted: true
  }) {
    __typename
  }
}`,
      ),
    ),
  );
}
