import { journey } from './journey.js';

const HOLDS_HEADERS = /:(queries|favorites|tabState)$/;
const HEADERS = /:headers$/;
const TABS = /:tabState$/;
const ACTIVE = /^graphiql:(query|variables|headers)$/;

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
 * What stands in the active tab. At a reload the editor looks for the tab with the query, variables and headers that it kept
 * apart from the tabs, and adds one where none fits; headers are not kept, so none with headers would.
 */
function inActiveTab(key) {
  const [, name] = ACTIVE.exec(key) ?? [];
  const kept = sessionStorage.getItem('graphiql:tabState');
  if (name === undefined || kept === null) return undefined;
  const { tabs, activeTabIndex } = JSON.parse(withHeadersToFill(kept));
  return tabs[activeTabIndex]?.[name] ?? null;
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
