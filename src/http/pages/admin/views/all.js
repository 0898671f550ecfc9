import { words } from '../lib/words.js';
import { emptyState } from '../parts/notice.js';
import { auditLog } from './audit-log.js';
import { emails } from './emails.js';
import { overview } from './overview.js';
import { status } from './status.js';
import { user } from './user.js';
import { users } from './users.js';

/**
 * The views of the page, in the order of the navigation. A view has:
 *
 * - `path`, a pattern for the path below `/admin`, whose named groups become `params`; the server lists the paths too
 *   (VIEWS in src/http/admin-page.ts);
 * - `section`, the path of the link that is marked as current, and `nav`, the same path if the view has a link of its own;
 * - `title()`, the heading; `heading(data)`, `badge(data)` and `above()` add to it;
 * - `load({ params, query })`, which returns the data by `ask` of session.js, in as few requests as possible, all at once;
 * - `render(data, { params, query, reload })`, which returns the elements. `query` is the query of the address, so that a link
 *   with a filter can be shared: a filter is a form that calls `go(href(path, values))`;
 * - `withoutData({ params, query })`, optionally: what is shown if nothing was loaded, such as the filter to correct.
 *
 * Texts are in words/en.json and words/de.json, operations in operations/admin, imported from generated/operations.js. A
 * trouble that `load` throws is shown by the shell.
 */
export const views = [overview, users, user, auditLog, emails, status];

/** The view of a path that has none. */
export const notFound = {
  path: /^/,
  title: () => words.notFound.title,
  load: async () => ({}),
  render: () => [emptyState(words.notFound.text)],
};
