import { AdminUserPage } from '../generated/operations.js';
import { make } from '../lib/elements.js';
import { exactly } from '../lib/format.js';
import { href } from '../lib/router.js';
import { ask } from '../lib/session.js';
import { words } from '../lib/words.js';
import { stateChip } from '../parts/accounts.js';
import { card, facts } from '../parts/chip.js';
import { emptyState } from '../parts/notice.js';
import { actionsOf } from './user-acts.js';
import { eventsOf, mailsOf, sessionsOf } from './user-lists.js';
import { obstacleBox } from './user-obstacle.js';

const texts = words.user;

function factsOf(user) {
  const { none, on, off } = words.common;
  const since = (at, otherwise) => (at === null ? otherwise : [`${on}, `, exactly(at)]);
  return facts(
    [
      [texts.id, make('code', {}, user.id)],
      [texts.name, user.displayName ?? none],
      [texts.username, user.username ?? none],
      [words.users.role, user.role],
      [
        texts.address,
        user.emailVerifiedAt === null ? texts.unverified : [`${texts.verified}, `, exactly(user.emailVerifiedAt)],
      ],
      [texts.factor, since(user.twoFactorEnabledAt, off)],
      [texts.password, [`${texts.passwordSet}, `, exactly(user.passwordChangedAt)]],
      user.passwordBreachedAt !== null && [texts.breached, exactly(user.passwordBreachedAt)],
      user.disabledAt !== null && [texts.disabled, exactly(user.disabledAt)],
      [words.users.lastLogin, user.lastLoginAt === null ? words.common.never : exactly(user.lastLoginAt)],
      [words.users.created, exactly(user.createdAt)],
      [texts.language, [user.locale, user.timezone].filter((each) => each !== null).join(', ') || none],
    ].filter((pair) => pair !== false),
  );
}

function noSuchUser() {
  return emptyState(texts.notFound, make('a', { class: 'button quiet', href: href('/users') }, words.users.title));
}

function render(user, { query, reload }) {
  if (user === null) return [noSuchUser()];
  return [
    obstacleBox(user, reload),
    make(
      'div',
      { class: 'pair' },
      make('div', { class: 'column' }, card(texts.account, factsOf(user)), sessionsOf(user, reload)),
      actionsOf(user, reload),
    ),
    eventsOf(user, query),
    mailsOf(user),
  ].filter((part) => part !== null);
}

/** One account. */
export const user = {
  section: '/users',
  path: /^\/users\/(?<id>[\w-]+)$/,
  title: () => texts.title,
  heading: (data) => data?.email,
  badge: (data) => (data === null ? [] : [stateChip(data)]),
  above: () => [make('a', { class: 'back', href: href('/users') }, `← ${words.users.title}`)],
  load: ({ params, query }) =>
    ask(AdminUserPage, { id: params.id, events: query.events === 'refused' ? { success: false } : null }),
  render,
};
