const line = document.getElementById('status');
const SHOWN_MILLISECONDS = 8_000;
let timer;

/** Says the outcome of an act, to screen readers too. */
export function say(text) {
  clearTimeout(timer);
  line.textContent = text;
  timer = setTimeout(() => {
    line.textContent = '';
  }, SHOWN_MILLISECONDS);
}
