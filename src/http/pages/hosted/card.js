const { lang } = document.documentElement;
const appName = document.querySelector('meta[name="application-name"]').content;

/** All texts of the pages, in the language of this page. */
export const { words } = await import(`./words-${lang}.js`);

/** Replaces the names in a text with their values. */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
}

/** The screen for a link that lost its token on the way. */
export const EMPTY = { state: 'empty', ...words.empty };

/** The decoded fragment: some mail programs encode its equals sign too. */
function fragment() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return location.hash.slice(1);
  }
}

/**
 * Returns the token and removes it from the address bar at once, so that it stays neither in the history nor in a
 * screenshot.
 */
export function takeToken() {
  // Characters that a mail program appended to the link, such as a bracket or a full stop, are ignored.
  const [, token = null] = /(?:^|&)token=([\w-]+)/.exec(fragment()) ?? [];
  if (location.hash !== '') history.replaceState(null, '', location.pathname + location.search);
  return token;
}

/** Seconds until a time that the server named, by the server's clock. */
function secondsUntil(moment, response) {
  const now = Date.parse(response.headers.get('date') ?? '') || Date.now();
  return Math.min(3_600, Math.max(0, Math.ceil((Date.parse(moment) - now) / 1_000)));
}

/** The outcome of a request: the answer, or the trouble. */
function outcomeOf(answer, response) {
  if (answer?.code === 'RATE_LIMITED') return { trouble: 'tooMany', seconds: answer.retryAfterSeconds };
  if (answer?.code === 'TEMPORARILY_UNAVAILABLE' || answer == null) return { trouble: 'unavailable' };
  const { resendAvailableAt } = answer;
  return resendAvailableAt === undefined ? { answer } : { answer, seconds: secondsUntil(resendAvailableAt, response) };
}

/** Sends an operation to the gateway. Returns the answer of its one field, or the reason why there is none. */
export async function ask(query, input) {
  let response;
  try {
    response = await fetch('graphql', {
      method: 'POST',
      // The input is all the authority that these operations use, so no cookie is sent.
      credentials: 'omit',
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables: { input } }),
    });
  } catch {
    return { trouble: 'unreachable' };
  }
  try {
    const { data } = await response.json();
    return outcomeOf(Object.values(data ?? {})[0], response);
  } catch {
    return { trouble: response.status === 429 ? 'tooMany' : 'unavailable' };
  }
}

/** A duration in words, in minutes from two minutes on. */
function timeInWords(seconds) {
  const [amount, unit] = seconds < 120 ? [seconds, 'second'] : [Math.ceil(seconds / 60), 'minute'];
  return new Intl.NumberFormat(lang, { style: 'unit', unit, unitDisplay: 'long' }).format(amount);
}

/** The screen for a trouble. The button remains and can be pressed again. */
export function troubleScreen({ trouble, seconds }) {
  const { textFor, ...screen } = words.troubles[trouble];
  const text = seconds > 0 && textFor !== undefined ? fill(textFor, { time: timeInWords(seconds) }) : screen.text;
  return { state: 'retry', ...screen, text };
}

const element = (id) => document.getElementById(id);

/** The elements that every screen fills. */
export const card = {
  root: element('card'),
  title: element('title'),
  text: element('text'),
  note: element('note'),
  button: element('act'),
};

/** Shows a screen; the parts that it omits are hidden. */
export function show({ state, title, text, button, note }) {
  card.root.dataset.state = state;
  card.title.textContent = title;
  card.text.textContent = text;
  card.note.textContent = note ?? '';
  card.note.hidden = note === undefined;
  // aria-disabled keeps the focus during the request; disabled would lose it.
  card.button.setAttribute('aria-disabled', String(state === 'working'));
  card.button.textContent = button ?? '';
  card.button.hidden = button === undefined;
  document.title = `${title} · ${appName}`;
}
