import { ask, card, EMPTY, show, takeToken, troubleScreen } from './card.js';

/** What the page says at first: as it was delivered. */
function firstScreen() {
  const { title, text, note, button } = card;
  return {
    state: 'ready',
    title: title.textContent,
    text: text.textContent,
    note: note.textContent,
    button: button.textContent,
  };
}

/**
 * A page that uses up the token of a mailed link when its button is pressed, and does nothing before that.
 * `screens`: `working`, `done` (which may be told the answer), `unusable`, and one for each code of its own.
 */
export function linkPage({ mutation, success, screens }) {
  const ready = firstScreen();
  let token = null;

  const take = () => {
    const found = takeToken();
    if (found === null && token !== null) return;
    token = found;
    show(token === null ? EMPTY : ready);
  };

  const screenOf = ({ answer, trouble }) => {
    if (trouble !== undefined) return troubleScreen(trouble);
    if (answer.__typename === success) return { state: 'done', ...screens.done(answer) };
    return { state: 'refused', ...(screens[answer.code] ?? screens.unusable) };
  };

  card.button.addEventListener('click', async () => {
    if (token === null || card.root.dataset.state === 'working') return;
    const used = token;
    show({ state: 'working', ...screens.working });
    const screen = screenOf(await ask(mutation, { token: used }));
    // Another link may have been opened here meanwhile.
    if (token !== used) return;
    show(screen);
    if (screen.button !== undefined) return;
    token = null;
    card.title.focus();
  });

  // A second link opened in the same tab only changes the fragment and loads nothing.
  window.addEventListener('hashchange', take);
  take();
}
