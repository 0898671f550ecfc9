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
    showView ??= viewShower(buildShell(app));
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

listen({ stepUp, signedOut: show });
startRouter(show);
searchBySlash();
await start();
