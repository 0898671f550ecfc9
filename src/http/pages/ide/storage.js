import { journey } from './journey.js';

const HOLDS_HEADERS = /:(queries|favorites|tabState)$/;
const HEADERS = /:headers$/;
const TABS = /:tabState$/;
const ACTIVE = /^graphiql:(query|variables|headers)$/;

function withoutHeaders(json) {
  return JSON.stringify(JSON.parse(json), (name, value) => (name === 'headers' ? undefined : value));
}

/** The stored tabs, which have no headers. Tabs of the journey that need a token get their placeholder again. */
function withHeadersToFill(json) {
  const state = JSON.parse(json);
  for (const tab of state.tabs) tab.headers ??= journey.find(({ query }) => query === tab.query)?.headers ?? null;
  return JSON.stringify(state);
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
  const { tabs, activeTabIndex } = JSON.parse(withHeadersToFill(kept));
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
    if (active !== undefined) return active;
    const value = sessionStorage.getItem(key);
    return value !== null && TABS.test(key) ? withHeadersToFill(value) : value;
  },
  setItem(key, value) {
    if (!HEADERS.test(key)) sessionStorage.setItem(key, HOLDS_HEADERS.test(key) ? withoutHeaders(value) : value);
  },
  removeItem: (key) => sessionStorage.removeItem(key),
  clear: () => sessionStorage.clear(),
};
