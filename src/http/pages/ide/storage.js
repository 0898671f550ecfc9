import { journey } from './journey.js';

const HISTORY = /:(queries|favorites)$/;
const TABS = /:tabState$/;

function withoutHeaders(json) {
  return JSON.stringify(JSON.parse(json), (name, value) => (name === 'headers' ? undefined : value));
}

/** The tabs as they were kept, without headers; one that asks for a token says so again. */
function withHeadersToFill(json) {
  const state = JSON.parse(json);
  for (const tab of state.tabs) tab.headers ??= journey.find(({ query }) => query === tab.query)?.headers ?? null;
  return JSON.stringify(state);
}

/** Puts in the variables of the first tab, which the editor takes from its storage alone. */
export function startWith({ variables }) {
  if (sessionStorage.length === 0) sessionStorage.setItem('graphiql:variables', variables);
}

/**
 * Where the editor keeps its tabs and its history: only until the browser's tab is closed, because variables hold
 * passwords, and without headers, because they hold tokens. The history would keep them whatever the editor is told.
 */
export const tabStorage = {
  get length() {
    return sessionStorage.length;
  },
  getItem(key) {
    const value = sessionStorage.getItem(key);
    return value !== null && TABS.test(key) ? withHeadersToFill(value) : value;
  },
  setItem: (key, value) => sessionStorage.setItem(key, HISTORY.test(key) ? withoutHeaders(value) : value),
  removeItem: (key) => sessionStorage.removeItem(key),
  clear: () => sessionStorage.clear(),
};
