import { make } from './lib/elements.js';
import { searchBySlash } from './lib/focus.js';
import { Trouble } from './lib/request.js';
import { startRouter } from './lib/router.js';
import { account, isStaff, listen, needsFactor, renew } from './lib/session.js';
import { troubleBox } from './parts/notice.js';
import { stepUp } from './parts/step-up.js';
import { buildShell } from './shell.js';
import { viewShower } from './show-view.js';
import { showEnrolment } from './sign-in/enrol.js';
import { showNotStaff, showSignIn } from './sign-in/sign-in.js';

const app = document.getElementById('app');
let showView;

/** Shows the view of the address, or what the user has to do before. The address stays, so that a shared link is kept. */
function show() {
  if (isStaff()) {
    // After a sign-in the focus has to go somewhere; a page that was just loaded leaves it to the browser.
    const takesFocus = app.className === 'alone';
    showView ??= viewShower(buildShell(app), takesFocus);
    void showView();
    return;
  }
  showView = undefined;
  if (account() === undefined) showSignIn(app, show);
  else if (needsFactor()) showEnrolment(app, show);
  else showNotStaff(app);
}

async function start() {
  try {
    await renew();
  } catch (thrown) {
    if (!(thrown instanceof Trouble)) throw thrown;
    app.className = 'alone';
    app.replaceChildren(
      make(
        'main',
        { class: 'card pad' },
        troubleBox(thrown, () => void start()),
      ),
    );
    return;
  }
  show();
}

/** The address of the icon is relative, and the router changes the address that it is relative to. */
function pinIcon() {
  const icon = document.querySelector('link[rel="icon"]');
  icon.setAttribute('href', icon.href);
}

pinIcon();
function signedOut() {
  for (const dialog of document.querySelectorAll('dialog[open]')) dialog.close();
  show();
}

listen({ stepUp, signedOut });
startRouter(show);
searchBySlash();
await start();
