import { meta } from './lib/elements.js';
import { keepFocus } from './lib/focus.js';
import { Trouble } from './lib/request.js';
import { currentLocation } from './lib/router.js';
import { freshness } from './parts/freshness.js';
import { troubleBox } from './parts/notice.js';
import { skeleton } from './parts/table.js';
import { notFound, views } from './views/all.js';

function matchView(path) {
  for (const view of views) {
    const found = view.path.exec(path);
    if (found !== null) return { view, params: found.groups ?? {} };
  }
  return { view: notFound, params: {} };
}

function entitle({ heading }, title) {
  heading.textContent = title;
  document.title = `${title} · ${meta('application-name')}`;
}

/** Shows the frame of a view while its data is loaded. */
function begin(shell, view) {
  const { badge, above, problem, outlet, links } = shell;
  entitle(shell, view.title());
  for (const link of links) {
    if (link.dataset.nav === view.section) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  badge.replaceChildren();
  above.replaceChildren(...(view.above?.() ?? []));
  problem.replaceChildren();
  outlet.replaceChildren(skeleton());
}

/** Shows the data of a view. The focus stays where it was. */
function draw(shell, view, data, place) {
  const { heading, badge, problem, outlet } = shell;
  const restore = keepFocus(outlet);
  entitle(shell, view.heading?.(data) ?? view.title());
  badge.replaceChildren(...(view.badge?.(data) ?? []));
  problem.replaceChildren();
  outlet.replaceChildren(...view.render(data, place));
  restore(heading);
}

/** Returns the function that shows the view of the current address in the shell. `takesFocus` is for the first view. */
export function viewShower(shell, takesFocus) {
  const { heading, tools, problem, outlet, main } = shell;
  let shown = {};
  let turn = 0;
  const fresh = freshness(() => void show());
  tools.append(fresh.element);

  const change = (view, path) => {
    begin(shell, view);
    fresh.mark(false);
    if (shown.view !== undefined || takesFocus) {
      heading.focus();
      window.scrollTo(0, 0);
    }
    shown = { view, path, hasData: false };
  };

  const fail = (thrown, place) => {
    if (!(thrown instanceof Trouble)) throw thrown;
    problem.replaceChildren(troubleBox(thrown, () => void show()));
    // What was loaded before stays, with its time.
    if (!shown.hasData) outlet.replaceChildren(...(shown.view.withoutData?.(place) ?? []));
  };

  async function show() {
    const { path, query } = currentLocation();
    const { view, params } = matchView(path);
    turn += 1;
    const mine = turn;
    if (shown.view !== view || shown.path !== path) change(view, path);
    main.setAttribute('aria-busy', 'true');
    try {
      const data = await view.load({ params, query });
      if (mine !== turn) return;
      draw(shell, view, data, { params, query, reload: show });
      fresh.mark(true);
      shown.hasData = true;
    } catch (thrown) {
      if (mine === turn) fail(thrown, { params, query, reload: show });
    } finally {
      if (mine === turn) main.removeAttribute('aria-busy');
    }
  }

  return show;
}
