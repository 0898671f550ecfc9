import { AdminOverview, AdminStatus } from '../generated/operations.js';
import { make } from '../lib/elements.js';
import { number } from '../lib/format.js';
import { Trouble } from '../lib/request.js';
import { href } from '../lib/router.js';
import { ask } from '../lib/session.js';
import { fill, wordOf, words } from '../lib/words.js';
import { card, facts } from '../parts/chip.js';
import { notice } from '../parts/notice.js';
import { signInChart } from './overview-chart.js';
import { tilesOf } from './overview-tiles.js';

const texts = words.overview;
const PERIODS = ['7', '30', '90'];
const DEFAULT_PERIOD = '30';

const periodOf = ({ days }) => (PERIODS.includes(days) ? days : DEFAULT_PERIOD);

/** The state of the parts. The overview is shown without it, too. */
async function loadStatus() {
  try {
    return await ask(AdminStatus);
  } catch (thrown) {
    if (thrown instanceof Trouble) return null;
    throw thrown;
  }
}

function banner(status) {
  const broken = (status?.parts ?? []).filter((part) => part.status === 'DEGRADED' || part.status === 'DOWN');
  if (broken.length === 0) return null;
  const names = broken.map(({ name, status: state }) => `${name}: ${wordOf('partStates', state)}`).join(', ');
  return notice(
    'warn',
    make('p', {}, `${texts.degraded} ${names}. `, make('a', { href: href('/status') }, texts.toStatus)),
  );
}

function periods(current) {
  const links = PERIODS.map((days) =>
    make(
      'a',
      { href: href('/', { days }), class: 'button quiet', 'aria-current': days === current && 'true' },
      fill(texts.days, { days }),
    ),
  );
  return make('nav', { class: 'periods', 'aria-label': texts.period }, ...links);
}

function reasons({ refusals }) {
  if (refusals.length === 0) return make('p', { class: 'muted' }, texts.noRefusals);
  return facts(refusals.map(({ code, count }) => [wordOf('refusals', code), number(count)]));
}

/** How the gateway is doing. */
export const overview = {
  nav: '/',
  section: '/',
  path: /^\/$/,
  title: () => texts.title,
  async load({ query }) {
    const [figures, status] = await Promise.all([ask(AdminOverview, { days: Number(periodOf(query)) }), loadStatus()]);
    return { figures, status };
  },
  render({ figures, status }, { query }) {
    const days = periodOf(query);
    return [
      banner(status),
      tilesOf(figures),
      make(
        'div',
        { class: 'two' },
        make(
          'section',
          { class: 'card pad' },
          make('div', { class: 'card-head' }, make('h2', {}, fill(texts.chart, { days })), periods(days)),
          ...signInChart(figures.days),
        ),
        card(fill(texts.reasons, { days }), reasons(figures)),
      ),
    ].filter((part) => part !== null);
  },
};
