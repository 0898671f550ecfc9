import './trusted-types.js';
import { showBar } from './bar.js';
import { journeyOf } from './journey.js';
import { operationsPanel } from './panel.js';
import { readFile, renew, send } from './request.js';
import { session } from './session.js';
import { showSignIn } from './sign-in.js';
import { startWith, tabStorage } from './storage.js';

const { React, ReactDOM, GraphiQL } = window;
const element = React.createElement;
const root = document.getElementById('ide');
const { adminsOnly, schemaFile, mailbox } = document.body.dataset;

/** The answer to the editor's introspection, if the endpoint gives none. */
async function readSchema() {
  const { content } = session.user?.role === 'admin' ? await readFile('schema.json') : {};
  return content ?? { errors: [{ message: 'Sign in as an admin to load the schema.' }] };
}

/** After a change of tabs the editor keeps the name of the other tab's operation for a moment. */
function withOwnName(operation) {
  const { query, operationName } = operation;
  const names = [...query.matchAll(/\b(?:query|mutation)\s+(\w+)/g)].map(([, name]) => name);
  const isForeign = operationName != null && names.length === 1 && names[0] !== operationName;
  return isForeign ? { ...operation, operationName: names[0] } : operation;
}

function fetcher(operation, { headers } = {}) {
  if (schemaFile !== undefined && operation.operationName === 'IntrospectionQuery') return readSchema();
  return send(withOwnName(operation), headers);
}

/** Opens the side panel at the start, and loads a schema that is not public again for each user who signs in. */
function Companion({ panel }) {
  const user = React.useSyncExternalStore(session.subscribe, () => session.user?.id);
  const { introspect } = GraphiQL.React.useSchemaStore();
  React.useEffect(() => {
    if (schemaFile !== undefined && user !== undefined) introspect();
  }, [user]);
  const { plugins } = GraphiQL.React.usePluginStore();
  React.useEffect(() => {
    // The property `visiblePlugin` would render the panel, but leave it without a width.
    root.querySelector(`[aria-label="Show ${panel.title}"]`)?.click();
  }, [plugins.length]);
  return null;
}

function start(documents) {
  const journey = journeyOf(documents);
  startWith(journey[0]);
  const panel = operationsPanel(documents);
  const properties = {
    fetcher,
    defaultTabs: journey,
    defaultQuery: '',
    defaultEditorToolsVisibility: 'variables',
    isHeadersEditorEnabled: true,
    plugins: [panel],
    storage: tabStorage,
    // The editor compares them when it looks for the tab to continue with; the storage drops them.
    shouldPersistHeaders: true,
    showPersistHeadersSettings: false,
  };
  ReactDOM.createRoot(root).render(
    element(GraphiQL, properties, element(GraphiQL.Logo, null, element(Companion, { panel }))),
  );
}

let isStarted = false;

/** Starts the editor, if the documents may be read. */
async function enter() {
  if (isStarted) return;
  isStarted = true;
  const { status, content } = await readFile('documents.json');
  if (content !== undefined) return start(content);
  isStarted = false;
  root.textContent =
    status === 403
      ? 'This account is not an admin, or its second factor is not verified.'
      : 'The IDE cannot be loaded. Reload the page.';
}

/** Where the IDE is for admins only, it starts with a sign-in, and what they typed ends with a sign-out. */
function follow() {
  if (session.user === undefined) showSignIn({ required: true });
  else enter();
}

function leave() {
  if (adminsOnly === undefined) return;
  tabStorage.clear();
  location.reload();
}

showBar({ mailbox, onSignOut: leave });
if (adminsOnly === undefined) enter();
else session.subscribe(follow);
renew();
