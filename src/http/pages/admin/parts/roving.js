const STEPS = { ArrowLeft: -1, ArrowRight: 1, Home: Number.NEGATIVE_INFINITY, End: Number.POSITIVE_INFINITY };

/**
 * Makes a single tab stop of several elements, the last of them at first. The arrow keys, Home and End move among them (ARIA
 * Authoring Practices: roving tabindex).
 */
export function rove(elements) {
  const last = elements.length - 1;
  const stopAt = (index) => {
    for (const [place, element] of elements.entries()) element.setAttribute('tabindex', place === index ? '0' : '-1');
  };
  for (const [index, element] of elements.entries()) {
    element.addEventListener('focus', () => stopAt(index));
    element.addEventListener('keydown', (event) => {
      const step = STEPS[event.key];
      if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      elements[Math.min(last, Math.max(0, index + step))].focus();
    });
  }
  stopAt(last);
}
