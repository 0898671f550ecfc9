import { make } from '../lib/elements.js';
import { exactly } from '../lib/format.js';
import { fill, lang, wordOf, words } from '../lib/words.js';
import { notice } from '../parts/notice.js';
import { mayAct, openAct, remedyOf } from './user-acts.js';

const texts = words.obstacle;

function lastRefusal({ lastRefusal: event }) {
  if (event === null) return null;
  const from = event.ipAddress === null ? '' : ` ${fill(texts.from, { address: event.ipAddress })}`;
  return make('p', { class: 'small' }, `${texts.lastRefusal} `, exactly(event.createdAt), from);
}

/** Says why the owner of an account cannot sign in, with the act that mends it; null if nothing prevents it. */
export function obstacleBox(user, reload) {
  const { signInObstacle: obstacle, email, displayName } = user;
  if (obstacle === null) return null;
  const remedy = remedyOf(user);
  return notice(
    'warn',
    make('h2', {}, fill(texts.title, { name: displayName ?? email })),
    make(
      'p',
      {},
      lang === 'en' ? obstacle.explanation : wordOf('obstacles', obstacle.code),
      obstacle.since !== null && [` ${texts.since} `, exactly(obstacle.since), '.'],
    ),
    lastRefusal(obstacle),
    remedy !== undefined &&
      mayAct(user, remedy) &&
      make(
        'button',
        { type: 'button', class: 'button', onclick: () => void openAct(remedy, user, reload) },
        words.acts[remedy.name].button,
      ),
  );
}
