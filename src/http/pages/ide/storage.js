const HISTORY = /:(queries|favorites)$/;

function withoutHeaders(json) {
  return JSON.stringify(JSON.parse(json), (name, value) => (name === 'headers' ? undefined : value));
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
  getItem: (key) => sessionStorage.getItem(key),
  setItem: (key, value) => sessionStorage.setItem(key, HISTORY.test(key) ? withoutHeaders(value) : value),
  removeItem: (key) => sessionStorage.removeItem(key),
  clear: () => sessionStorage.clear(),
};
