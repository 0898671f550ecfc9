import { draw, make, newId } from '../lib/elements.js';
import { number } from '../lib/format.js';
import { go, href } from '../lib/router.js';
import { fill, lang, words } from '../lib/words.js';
import { rove } from '../parts/roving.js';
import { table } from '../parts/table.js';

const texts = words.overview;
const SIZE = { width: 780, left: 40, top: 12, bottom: 170, height: 196 };
const LABELS = 6;
const DAY_MILLISECONDS = 86_400_000;
const SIGN_IN_TYPES = 'LOGIN,TOKEN_EXCHANGE,TWO_FACTOR';
// Days are those of UTC, as the gateway counts them.
const short = new Intl.DateTimeFormat(lang, { day: 'numeric', month: 'short', timeZone: 'UTC' });
const long = new Intl.DateTimeFormat(lang, { dateStyle: 'full', timeZone: 'UTC' });

const dateOf = ({ day }) => new Date(`${day}T00:00:00Z`);
const totalOf = ({ signIns, refusedSignIns }) => signIns + refusedSignIns;

/** The smallest round number that is not below the highest bar, and divides into four lines. */
function ceilingOf(days) {
  const most = Math.max(4, ...days.map(totalOf));
  const unit = 10 ** Math.floor(Math.log10(most));
  return (
    [1, 2, 4, 6, 8, 10].map((factor) => factor * unit).find((value) => value >= most && value % 2 === 0) ?? 10 * unit
  );
}

/** The log of one day: its sign-ins. */
function logOf(day, success) {
  const from = dateOf(day);
  const before = new Date(from.getTime() + DAY_MILLISECONDS);
  return href('/audit-log', { types: SIGN_IN_TYPES, success, from: from.toISOString(), before: before.toISOString() });
}

function scale(ceiling) {
  return [0, 0.5, 1].flatMap((share) => {
    const y = SIZE.bottom - share * (SIZE.bottom - SIZE.top);
    return [
      draw('line', { x1: SIZE.left, x2: SIZE.width, y1: y, y2: y }),
      draw('text', { x: SIZE.left - 6, y: y + 4, 'text-anchor': 'end' }, number(share * ceiling)),
    ];
  });
}

function barOf(day, index, { step, ceiling }) {
  const heightOf = (count) => (count / ceiling) * (SIZE.bottom - SIZE.top);
  const x = SIZE.left + index * step + step * 0.15;
  const width = step * 0.7;
  const accepted = heightOf(day.signIns);
  const refused = heightOf(day.refusedSignIns);
  const label = fill(texts.bar, {
    day: long.format(dateOf(day)),
    signIns: number(day.signIns),
    refused: number(day.refusedSignIns),
  });
  const address = logOf(day);
  return draw(
    'a',
    { class: 'bar', href: address, 'aria-label': label, onclick: (event) => open(event, address) },
    draw('title', {}, label),
    draw('rect', {
      class: 'hit',
      x: SIZE.left + index * step,
      y: SIZE.top,
      width: step,
      height: SIZE.bottom - SIZE.top,
    }),
    draw('rect', { class: 'ok', x, y: SIZE.bottom - accepted, width, height: accepted }),
    draw('rect', { class: 'no', x, y: SIZE.bottom - accepted - refused, width, height: refused }),
  );
}

/** Opens a log without loading the page again, unless the browser is asked for another tab. */
function open(event, address) {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  go(address);
}

function labelOf(day, index, step, every) {
  // A narrow screen has larger letters and room for every third label.
  const isMinor = (index / every) % 3 !== 0;
  return draw(
    'text',
    {
      class: isMinor && 'minor',
      x: SIZE.left + index * step + step * 0.15,
      y: SIZE.bottom + 18,
    },
    short.format(dateOf(day)),
  );
}

function chart(days) {
  const ids = { title: newId('chart'), text: newId('chart') };
  const step = (SIZE.width - SIZE.left) / days.length;
  const ceiling = ceilingOf(days);
  const every = Math.ceil(days.length / LABELS);
  const peak = days.reduce((most, day) => (day.refusedSignIns > most.refusedSignIns ? day : most), days[0]);
  const bars = days.map((day, index) => barOf(day, index, { step, ceiling }));
  rove(bars);
  const text = fill(texts.description, { day: long.format(dateOf(peak)), refused: number(peak.refusedSignIns) });
  return draw(
    'svg',
    {
      class: 'chart',
      viewBox: `0 0 ${SIZE.width} ${SIZE.height}`,
      role: 'group',
      'aria-labelledby': `${ids.title} ${ids.text}`,
    },
    draw('title', { id: ids.title }, texts.chartName),
    draw('desc', { id: ids.text }, text),
    ...scale(ceiling),
    ...bars,
    ...days.map((day, index) => (index % every === 0 ? labelOf(day, index, step, every) : null)),
  );
}

function twin(days) {
  const link = (day) => make('a', { href: logOf(day) }, long.format(dateOf(day)));
  const refused = (day) => make('a', { href: logOf(day, 'false') }, number(day.refusedSignIns));
  return table({
    label: texts.chartName,
    rows: days.toReversed(),
    columns: [
      { title: texts.day, isWide: true, cell: link },
      { title: texts.accepted, cell: ({ signIns }) => number(signIns) },
      { title: texts.refused, cell: refused },
      { title: texts.signUps, cell: ({ signUps }) => number(signUps) },
      { title: texts.verifications, cell: ({ verifications }) => number(verifications) },
      { title: texts.resets, cell: ({ passwordResets }) => number(passwordResets) },
    ],
  });
}

/** Sign-ins a day as stacked bars, and the same values as a table. A day opens its log, by the keyboard too. */
export function signInChart(days) {
  const legend = make(
    'p',
    { class: 'legend' },
    make('span', { class: 'key ok' }, texts.accepted),
    make('span', { class: 'key no' }, texts.refused),
  );
  return [legend, chart(days), make('details', {}, make('summary', {}, texts.asTable), twin(days))];
}
