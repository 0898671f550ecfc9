import { make } from '../lib/elements.js';
import { clockTime, duration } from '../lib/format.js';
import { fill, words } from '../lib/words.js';

const OLD_SECONDS = 300;
const CHECK_MILLISECONDS = 30_000;

/** Says when the data was loaded, marks it once it is old, and loads it again. */
export function freshness(reload) {
  const text = make('span', {});
  const button = make('button', { type: 'button', class: 'link', onclick: reload }, words.common.reload);
  const element = make('p', { class: 'fresh', hidden: true }, text, ' ', button);
  let since;
  const tell = () => {
    if (since === undefined) return;
    const seconds = (Date.now() - since) / 1_000;
    const isOld = seconds >= OLD_SECONDS;
    element.classList.toggle('old', isOld);
    text.textContent = isOld
      ? fill(words.common.oldData, { time: duration(seconds) })
      : fill(words.common.asOf, { time: clockTime(since) });
  };
  setInterval(tell, CHECK_MILLISECONDS);
  return {
    element,
    /** The data was loaded now; without `isLoaded` there is none. */
    mark(isLoaded) {
      since = isLoaded ? Date.now() : undefined;
      element.hidden = !isLoaded;
      tell();
    },
  };
}
