import { ask, card, EMPTY, show, takeToken, troubleScreen, words } from './card.js';

/** The screen for the gateway's answer to a token or code. */
export function screenOf({ answer, ...trouble }, success, screens) {
  if (answer === undefined) {
    const screen = troubleScreen(trouble);
    return trouble.trouble === 'tooMany' ? { ...screen, text: `${screen.text} ${words.troubles.linkStays}` } : screen;
  }
  if (answer.__typename !== success) {
    const special = screens[answer.code];
    return { isFinal: special === undefined, state: 'refused', ...(special ?? screens.unusable) };
  }
  // If two people signed up, or one did twice, their passwords are void, and the answer contains a token to set a new one.
  const ticket = answer.passwordChangeRequired?.resetToken;
  if (ticket !== undefined) return { isFinal: true, state: 'ready', ...screens.contested, ticket };
  const { deferred, text, ...done } = screens.done;
  return { isFinal: true, state: 'done', ...done, text: answer.mailStatus === 'DEFERRED' ? deferred : text };
}

/**
 * A page that uses the token of a mailed link when its button is pressed, and does nothing before that. The returned `end`
 * shows the outcome of another way to the same goal. `onEmpty` shows the screen without a token, and `onUnusable` handles
 * the button of an unusable link.
 */
export function linkPage({ name, mutation, success, onEmpty = () => show(EMPTY), onToken = () => {}, onUnusable }) {
  const { title, text, note, button, screens } = words[name];
  let token = null;
  let ticket;

  const take = () => {
    const found = takeToken();
    if (found === null && token !== null) return;
    token = found;
    ticket = undefined;
    if (token === null) return onEmpty();
    onToken();
    show({ state: 'ready', title, text, note, button });
  };

  const end = (screen) => {
    show(screen);
    if (!screen.isFinal) return;
    token = null;
    ticket = screen.ticket;
    card.title.focus();
  };

  card.button.addEventListener('click', async () => {
    if (ticket !== undefined) return location.assign(`reset-password${location.search}#token=${ticket}`);
    if (token === null) return onUnusable?.();
    if (card.root.dataset.state === 'working') return;
    const used = token;
    show({ state: 'working', ...screens.working });
    const screen = screenOf(await ask(mutation, { token: used }), success, screens);
    // Another link may have been opened here meanwhile.
    if (token !== used) return;
    end(screen);
  });

  // A second link opened in the same tab only changes the fragment and loads nothing.
  window.addEventListener('hashchange', take);
  take();
  return { end };
}
