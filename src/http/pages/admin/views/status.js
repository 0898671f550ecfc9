import { AdminStatus } from '../generated/operations.js';
import { make } from '../lib/elements.js';
import { ago, exactly, number } from '../lib/format.js';
import { ask } from '../lib/session.js';
import { wordOf, words } from '../lib/words.js';
import { card, chip, facts } from '../parts/chip.js';
import { notice } from '../parts/notice.js';
import { table } from '../parts/table.js';
import { keysOf } from './status-keys.js';

const texts = words.statusPage;
const STATE_KINDS = { UP: 'good', DEGRADED: 'warn', DOWN: 'bad', UNUSED: '' };
const SEVERITY_KINDS = { ERROR: 'bad', WARNING: 'warn', NOTICE: '', OK: '' };

/** One finding. Its texts are those of the API, which are in English. */
function findingOf({ severity, what, why, next }) {
  return notice(
    SEVERITY_KINDS[severity],
    make('h3', {}, `${wordOf('severities', severity)}: `, make('span', { lang: 'en' }, what)),
    make('p', { lang: 'en' }, why),
    make('p', {}, make('strong', {}, `${texts.next}: `), make('span', { lang: 'en' }, next)),
  );
}

function findings(found) {
  if (found.length === 0) return card(texts.findings, make('p', { class: 'muted' }, texts.noFindings));
  return card(texts.findings, make('div', { class: 'column' }, ...found.map(findingOf)));
}

function listed(title, columns, rows) {
  return make(
    'section',
    { class: 'card' },
    make('div', { class: 'card-head' }, make('h2', {}, title)),
    table({ label: title, columns, rows }),
  );
}

function partsOf(parts) {
  const inMilliseconds = (value) => (value === null ? '–' : `${number(Math.round(value))} ms`);
  return listed(
    texts.parts,
    [
      { title: texts.part, isWide: true, cell: ({ name }) => wordOf('parts', name) },
      { title: texts.state, cell: ({ status }) => chip(wordOf('partStates', status), STATE_KINDS[status]) },
      { title: texts.latency, cell: ({ latencyMs }) => inMilliseconds(latencyMs) },
      { title: texts.detail, cell: ({ detail }) => detail ?? '–' },
    ],
    parts,
  );
}

function settingsOf(settings) {
  if (settings.length === 0) return card(texts.settings, make('p', { class: 'muted' }, texts.noSettings));
  const shownValue = ({ value, secret }) => (secret ? make('em', {}, texts.secret) : make('code', {}, value ?? ''));
  return listed(
    texts.settings,
    [
      { title: texts.setting, isWide: true, cell: ({ name }) => make('code', {}, name) },
      { title: texts.value, cell: shownValue },
    ],
    settings,
  );
}

/** The state of the gateway, and what an operator should do. */
export const status = {
  nav: '/status',
  section: '/status',
  path: /^\/status$/,
  title: () => texts.title,
  load: () => ask(AdminStatus),
  render: ({ version, startedAt, parts, findings: found, signingKeys, changedSettings }, { reload }) => [
    findings(found),
    partsOf(parts),
    keysOf(signingKeys, reload),
    settingsOf(changedSettings),
    card(
      texts.process,
      facts([
        [texts.version, version],
        [texts.started, make('span', {}, ago(startedAt), ' · ', exactly(startedAt))],
      ]),
    ),
  ],
};
