const HOLDS_HEADERS = /:(queries|favorites|tabState)$/;
const HEADERS = /:headers$/;
const ACTIVE = /^graphiql:(query|variables|headers)$/;

function withoutHeaders(json) {
  return JSON.stringify(JSON.parse(json), (name, value) => (name === 'headers' ? null : value));
}

/** Stores the variables of the first tab, which the editor reads only from its storage. */
export function startWith({ variables }) {
  if (sessionStorage.length === 0) sessionStorage.setItem('graphiql:variables', variables);
}

/**
 * The content of the active tab. On reload the editor looks for a tab with the query, variables and headers that it stored
 * separately, and adds one if none matches. Headers are not stored, so no tab with headers would match.
 */
function inActiveTab(key) {
  const [, name] = ACTIVE.exec(key) ?? [];
  const kept = sessionStorage.getItem('graphiql:tabState');
  if (name === undefined || kept === null) return undefined;
  const { tabs, activeTabIndex } = JSON.parse(kept);
  return tabs[activeTabIndex]?.[name] ?? null;
}

/**
 * The storage of the editor's tabs and history. It lasts until the browser tab is closed, because variables contain
 * passwords, and has no headers, because they contain tokens. The history would keep them whatever the editor's settings
 * are.
 */
export const tabStorage = {
  get length() {
    return sessionStorage.length;
  },
  getItem(key) {
    const active = inActiveTab(key);
    return active === undefined ? sessionStorage.getItem(key) : active;
  },
  setItem(key, value) {
    if (!HEADERS.test(key)) sessionStorage.setItem(key, HOLDS_HEADERS.test(key) ? withoutHeaders(value) : value);
  },
  removeItem: (key) => sessionStorage.removeItem(key),
  clear: () => sessionStorage.clear(),
};
