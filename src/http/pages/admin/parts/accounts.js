import { meta } from '../lib/elements.js';
import { clockTime } from '../lib/format.js';
import { fill, wordOf, words } from '../lib/words.js';
import { chip } from './chip.js';

const KINDS = { ACTIVE: 'good', UNVERIFIED: 'warn', LOCKED: 'warn', DISABLED: 'bad', PASSWORD_CHANGE_REQUIRED: 'warn' };

/** Roles to choose from. Others can be typed where a role is set. */
export const knownRoles = meta('gatehouse-roles').split(',');

/** The state of an account as a chip, with the end of a lock. */
export function stateChip({ state, lockedUntil }) {
  const until = state === 'LOCKED' && lockedUntil !== null;
  const text = until ? fill(words.states.lockedUntil, { time: clockTime(lockedUntil) }) : wordOf('states', state);
  return chip(text, KINDS[state]);
}
