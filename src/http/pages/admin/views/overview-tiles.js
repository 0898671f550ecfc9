import { make } from '../lib/elements.js';
import { duration, number, percent } from '../lib/format.js';
import { href } from '../lib/router.js';
import { fill, words } from '../lib/words.js';

const texts = words.tiles;
const SIGN_IN_TYPES = 'LOGIN,TOKEN_EXCHANGE,TWO_FACTOR';
const DAY_MILLISECONDS = 86_400_000;

function tile(label, value, note, address) {
  const content = [make('span', {}, label), make('b', {}, value), make('span', {}, note)];
  return make('li', {}, make(address === undefined ? 'div' : 'a', { class: 'card tile', href: address }, ...content));
}

function mailsNote({ oldestMailWaitingSeconds: oldest }) {
  return oldest === null ? texts.mailsNone : fill(texts.mailsOldest, { time: duration(oldest) });
}

/** The figures at a glance, each with the list behind it where there is one. */
export function tilesOf(figures) {
  const { days } = figures;
  // The last day is today (UTC).
  const today = days.at(-1) ?? { signUps: 0, verifications: 0 };
  const { admins, adminsWithTwoFactor, signIns24Hours: accepted, refusedSignIns24Hours: refused } = figures;
  const dayAgo = new Date(Date.now() - DAY_MILLISECONDS).toISOString();
  return make(
    'ul',
    { class: 'tiles' },
    tile(
      texts.accounts,
      number(figures.users),
      fill(texts.newAccounts, { count: number(figures.newUsers) }),
      href('/users'),
    ),
    tile(
      texts.active,
      number(figures.activeUsersToday),
      fill(texts.active30, { count: number(figures.activeUsers30Days) }),
    ),
    tile(texts.signUps, number(today.signUps), fill(texts.verified, { count: number(today.verifications) })),
    tile(
      texts.failed,
      number(refused),
      fill(texts.share, { share: percent(refused, refused + accepted) }),
      href('/audit-log', { types: SIGN_IN_TYPES, success: 'false', from: dayAgo }),
    ),
    tile(texts.sessions, number(figures.liveSessions), texts.sessionsNote),
    tile(texts.locked, number(figures.lockedNow), texts.lockedNote, href('/users', { state: 'LOCKED' })),
    tile(
      texts.factor,
      percent(figures.twoFactorUsers, figures.users),
      fill(texts.admins, { count: adminsWithTwoFactor, total: admins }),
      href('/users', { factor: 'on' }),
    ),
    tile(texts.mails, number(figures.mailsWaiting), mailsNote(figures), href('/emails', { status: 'PENDING' })),
  );
}
