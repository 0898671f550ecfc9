const BASE = new URL('..', import.meta.url).pathname.replace(/\/$/, '');

/** The address of a path of the page, with a query. Empty values are left out. */
export function href(path, query = {}) {
  const entries = Object.entries(query).filter(([, value]) => value != null && value !== '');
  const search = new URLSearchParams(entries).toString();
  return `${BASE}${path === '/' ? '' : path}${search === '' ? '' : `?${search}`}`;
}

/** The path and the query that the address bar shows. */
export function currentLocation() {
  const path = location.pathname.slice(BASE.length).replace(/\/+$/, '') || '/';
  return { path, query: Object.fromEntries(new URLSearchParams(location.search)) };
}

function isOurs(link, event) {
  const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!isPlain || link.target !== '' || link.hasAttribute('download') || link.origin !== location.origin) return false;
  return link.pathname === BASE || link.pathname.startsWith(`${BASE}/`);
}

let onChange = () => {};

/** Calls `show` whenever the address changes, by a link of the page, by `go` or by the browser's buttons. */
export function startRouter(show) {
  onChange = show;
  window.addEventListener('popstate', () => onChange());
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a[href]') : null;
    if (link === null || event.defaultPrevented || link.hash !== '' || !isOurs(link, event)) return;
    event.preventDefault();
    go(link.href);
  });
}

/** Goes to an address of the page. `replace` leaves no entry in the history. */
export function go(address, { replace = false } = {}) {
  history[replace ? 'replaceState' : 'pushState'](null, '', address);
  onChange();
}
