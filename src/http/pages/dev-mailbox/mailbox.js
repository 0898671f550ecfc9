import { drawList, matching, refreshAges } from './list.js';
import { drawEmpty, drawMail } from './reader.js';

const INTERVAL_MS = 2000;
const COUNTS = ['Waiting for email', '1 email'];
const page = Object.fromEntries(
  ['columns', 'connection', 'filter-box', 'filter', 'mails', 'no-match', 'keys', 'reader', 'announcement'].map((id) => [
    id,
    document.getElementById(id),
  ]),
);
const narrow = window.matchMedia('(max-width: 760px)');

let mails = [];
let shown = [];
let received;
let drawnId;
const seen = new Set();

function idInAddress() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return '';
  }
}

/** The mail that the address bar names, otherwise the newest, so that the page follows new mail. */
function chosenMail() {
  const named = mails.find(({ id }) => id === idInAddress());
  return named ?? (narrow.matches ? undefined : shown[0]);
}

function draw() {
  shown = matching(mails, page.filter.value);
  const chosen = chosenMail();
  if (chosen !== undefined) seen.add(chosen.id);
  const unseen = new Set(mails.map(({ id }) => id).filter((id) => !seen.has(id)));
  drawList(page.mails, shown, { chosenId: chosen?.id, unseen });
  page['filter-box'].hidden = mails.length < 2;
  page.keys.hidden = mails.length === 0;
  page['no-match'].hidden = shown.length > 0 || mails.length === 0;
  page.columns.dataset.view = mails.length === 0 ? 'empty' : chosen === undefined ? 'list' : 'mail';
  document.title = unseen.size > 0 ? `(${unseen.size}) Mailbox` : 'Mailbox';
  drawReader(chosen);
}

/** Draws the chosen mail once: redrawing it at every poll would lose its selection and scroll position. */
function drawReader(chosen) {
  const id = chosen?.id ?? (mails.length === 0 ? 'empty' : 'none');
  if (id === drawnId) return;
  drawnId = id;
  if (chosen !== undefined) drawMail(page.reader, chosen, () => choose(undefined));
  else if (mails.length === 0) drawEmpty(page.reader);
  else page.reader.replaceChildren();
}

function choose(mail) {
  location.hash = mail === undefined ? '' : `#${encodeURIComponent(mail.id)}`;
}

function step(by) {
  const index = shown.findIndex(({ id }) => id === drawnId);
  const next = shown[Math.min(shown.length - 1, Math.max(0, index + by))];
  if (next === undefined) return;
  choose(next);
  draw();
  page.mails.querySelector('[aria-current]')?.focus();
}

function take(list) {
  const known = new Set(mails.map(({ id }) => id));
  const arrived = list.filter(({ id }) => !known.has(id));
  // Mails from before the page was opened do not count as new.
  if (received === undefined) for (const { id } of list) seen.add(id);
  else if (arrived.length > 0) page.announcement.textContent = `New email: ${arrived[0].subject}, to ${arrived[0].to}`;
  mails = list;
  draw();
}

function tell(state, words) {
  if (page.connection.dataset.state === state && page.connection.textContent === words) return;
  page.connection.dataset.state = state;
  page.connection.textContent = words;
}

async function poll() {
  try {
    const response = await fetch('mail.json', { cache: 'no-store' });
    if (!response.ok) throw new Error(`The mailbox answered ${response.status}`);
    const text = await response.text();
    if (text !== received) {
      take(JSON.parse(text));
      received = text;
    }
    tell('live', COUNTS[mails.length] ?? `${mails.length} emails`);
  } catch {
    tell('away', 'Server not reachable');
  }
  refreshAges(page.mails);
  setTimeout(poll, INTERVAL_MS);
}

window.addEventListener('hashchange', draw);
narrow.addEventListener('change', draw);
page.filter.addEventListener('input', draw);
document.addEventListener('keydown', (event) => {
  const typing = event.target instanceof HTMLInputElement;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    if (event.target.closest('.reader')) return;
    event.preventDefault();
    step(event.key === 'ArrowDown' ? 1 : -1);
  } else if (event.key.toLowerCase() === 'c' && !typing) {
    document.querySelector('.copy-code')?.click();
  }
});
poll();
