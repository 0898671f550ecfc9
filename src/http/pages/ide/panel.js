const { React, GraphiQL } = window;
const element = React.createElement;

function byGroup(documents) {
  const groups = new Map();
  for (const one of documents) groups.set(one.group, [...(groups.get(one.group) ?? []), one]);
  return [...groups];
}

const variablesOf = ({ variables }) => (variables === undefined ? '' : JSON.stringify(variables, null, 2));

/** Returns the function that opens a document: in its tab, in an empty tab, otherwise in a new one. */
function useOpener() {
  const { tabs, activeTabIndex, addTab, changeTab, queryEditor, variableEditor } = GraphiQL.React.useEditorContext();
  const [waiting, setWaiting] = React.useState();
  const fill = (document) => {
    queryEditor.setValue(document.query);
    variableEditor.setValue(variablesOf(document));
    queryEditor.focus();
    setWaiting(undefined);
  };
  // The editors have the new tab only after it was rendered.
  React.useEffect(() => {
    if (waiting !== undefined) fill(waiting);
  }, [tabs.length]);
  return (document) => {
    const index = tabs.findIndex(({ query }) => query === document.query);
    if (index !== -1) return changeTab(index);
    if ((tabs[activeTabIndex]?.query ?? '').trim() === '') return fill(document);
    setWaiting(document);
    addTab();
  };
}

function Group({ name, documents, open }) {
  const items = documents.map((document) =>
    element(
      'li',
      { key: document.name },
      element('button', { type: 'button', onClick: () => open(document) }, document.name),
    ),
  );
  return element('section', null, element('h3', null, name), element('ul', null, items));
}

function Panel({ documents }) {
  const [text, setText] = React.useState('');
  const open = useOpener();
  const found = documents.filter(({ name }) => name.toLowerCase().includes(text.trim().toLowerCase()));
  return element(
    'div',
    { className: 'operations' },
    element('h2', null, 'Operations'),
    element('input', {
      type: 'search',
      placeholder: 'Filter by name',
      'aria-label': 'Filter operations by name',
      value: text,
      onChange: ({ target }) => setText(target.value),
    }),
    element('p', { role: 'status' }, found.length === 0 ? 'No operation has this name.' : ''),
    byGroup(found).map(([name, members]) => element(Group, { key: name, name, documents: members, open })),
  );
}

function Icon() {
  const path = element('path', { d: 'M4 6h16M4 12h16M4 18h10' });
  return element('svg', { viewBox: '0 0 24 24', fill: 'none', stroke: 'currentColor', strokeWidth: 2 }, path);
}

/** The side panel that lists all documents. */
export const operationsPanel = (documents) => ({
  title: 'Operations',
  icon: Icon,
  content: () => element(Panel, { documents }),
});
