import { make } from '../lib/elements.js';
import { wordOf, words } from '../lib/words.js';
import { chip } from './chip.js';

const BROWSERS = [/Edg\//, /OPR\//, /Firefox\//, /Chrome\//, /Safari\//];
const NAMES = ['Edge', 'Opera', 'Firefox', 'Chrome', 'Safari'];
const SYSTEMS = [/Windows/, /iPhone|iPad/, /Android/, /Mac OS X/, /Linux/];
const SYSTEM_NAMES = ['Windows', 'iOS', 'Android', 'macOS', 'Linux'];

const BY_RISK = { LOW: 'good', MEDIUM: '', HIGH: 'warn', CRITICAL: 'bad' };

/** An event in words, with its result. */
export function eventChip({ type, success, riskLevel }) {
  const name = wordOf('events', type);
  return success ? chip(name, BY_RISK[riskLevel]) : chip(`${name}: ${words.event.refused}`, 'bad');
}

/** The reason of an event, from its details; an empty text if it has none. */
export function reasonOf({ attributes }) {
  const find = (wanted) => attributes.find(({ name }) => name === wanted)?.value;
  const code = find('problem') ?? find('reason');
  if (code === undefined) return '';
  return words.refusals[code] ?? words.reasons[code] ?? code;
}

/** Browser and system of a user agent, in short; the whole text on hover. */
export function device(userAgent) {
  if (userAgent === null) return '–';
  const nameIn = (patterns, names) => names[patterns.findIndex((pattern) => pattern.test(userAgent))];
  const short = [nameIn(BROWSERS, NAMES), nameIn(SYSTEMS, SYSTEM_NAMES)].filter((name) => name !== undefined);
  return make('span', { title: userAgent }, short.join(' · ') || userAgent.slice(0, 24));
}
