import { wordOf } from '../lib/words.js';
import { chip } from './chip.js';

const KINDS = { SENT: 'good', FAILED: 'bad', PENDING: 'warn', DISCARDED: '' };

/** The state of an email. */
export function mailChip({ status }) {
  return chip(wordOf('mailStates', status), KINDS[status]);
}
