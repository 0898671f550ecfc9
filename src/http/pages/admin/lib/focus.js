const RESTORABLE = 'a[href], button, input, select, [tabindex]';

/**
 * Remembers the focused element of an area that is about to be drawn again. The returned function focuses its successor: the
 * element with its id, or the one of the same kind and text.
 */
export function keepFocus(area) {
  const before = document.activeElement;
  if (before === null || !area.contains(before)) return () => {};
  const { id, tagName, textContent, selectionStart } = before;
  return (fallback) => {
    const same = [...area.querySelectorAll(RESTORABLE)].find(
      (element) => element.tagName === tagName && element.textContent === textContent,
    );
    const successor = (id === '' ? null : document.getElementById(id)) ?? same ?? fallback;
    successor?.focus();
    if (successor?.type === 'search') successor.setSelectionRange(selectionStart, selectionStart);
  };
}

/** Lets `/` focus the search field of the page. */
export function searchBySlash() {
  document.addEventListener('keydown', (event) => {
    const isTyping =
      event.target instanceof Element && event.target.closest('input, textarea, select, dialog') !== null;
    const search = document.querySelector('input[type="search"]');
    if (event.key !== '/' || isTyping || search === null || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    search.focus();
    search.select();
  });
}
