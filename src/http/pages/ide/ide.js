import { journey } from './journey.js';
import { startWith, tabStorage } from './storage.js';

const { React, ReactDOM, GraphiQL } = window;
const root = document.getElementById('ide');
const endpoint = root.dataset.endpoint;

/** Sends one operation as JSON; a response that is not JSON is shown as an error. */
async function fetcher(operation, { headers } = {}) {
  const response = await fetch(endpoint, {
    method: 'POST',
    credentials: 'same-origin',
    headers: { ...headers, accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify(operation),
  });
  const body = await response.text();
  try {
    return JSON.parse(body);
  } catch {
    const message = `The server answered ${response.status} ${response.statusText} without JSON.`;
    return { errors: [{ message, extensions: { body: body.slice(0, 1000) } }] };
  }
}

const element = React.createElement;
startWith(journey[0]);

ReactDOM.createRoot(root).render(
  element(
    GraphiQL,
    {
      fetcher,
      defaultTabs: journey,
      defaultQuery: '',
      defaultEditorToolsVisibility: 'variables',
      isHeadersEditorEnabled: true,
      storage: tabStorage,
      // The editor compares them when it looks for the tab to continue with; the storage drops them.
      shouldPersistHeaders: true,
      showPersistHeadersSettings: false,
    },
    element(
      GraphiQL.Logo,
      null,
      element('span', { className: 'brand' }, element('img', { src: 'ide/icon.svg', alt: '' }), 'Gatehouse'),
    ),
  ),
);
