import DataLoader from 'dataloader';
import type { Dependencies } from '../dependencies.js';
import { forSeveralRequests } from '../lib/request-scope.js';
import type { Context, UserLoader } from '../request.js';
import type { PageWindow } from '../services/page.js';
import { countSessions, findSessions, listSessions, type SessionPage } from '../services/sessions/list-sessions.js';
import { findUsers, type UserRecord } from '../services/users/find-user.js';
import { createAdminLoaders } from './admin-loaders.js';

const USERS_PER_QUERY = 200;

type Loaders = Context['loaders'];

/** Loads entities by id in one query, in the requested order. */
function byId<Entity extends { id: string }>(
  find: (ids: readonly string[]) => Promise<Entity[]>,
  options?: DataLoader.Options<string, Entity | null>,
) {
  return new DataLoader<string, Entity | null>(async (ids) => {
    const found = new Map((await find(ids)).map((entity) => [entity.id, entity]));
    return ids.map((id) => found.get(id) ?? null);
  }, options);
}

/** Loads the pages of all users that are requested together, with one statement for each kind of page. */
async function loadSessionPages(dependencies: Dependencies, wanted: readonly { userId: string; window: PageWindow }[]) {
  const pages = new Map<string, Map<string, SessionPage>>();
  const kinds = Map.groupBy(wanted, ({ window }) => JSON.stringify(window));
  for (const [kind, [one, ...others]] of kinds) {
    if (one === undefined) continue;
    const userIds = [...new Set([one, ...others].map(({ userId }) => userId))];
    const found = await listSessions(dependencies, userIds, one.window);
    pages.set(kind, new Map(found.map((page) => [page.userId, page])));
  }
  return wanted.map(
    ({ userId, window }) => pages.get(JSON.stringify(window))?.get(userId) ?? new Error('a page was not loaded'),
  );
}

/** Loads users with those of other requests, and each once in a request. */
class RequestUsers implements UserLoader {
  readonly #known = new Map<string, Promise<UserRecord | null>>();

  constructor(private readonly usersOfAll: DataLoader<string, UserRecord | null>) {}

  load(id: string): Promise<UserRecord | null> {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const loading = this.usersOfAll.load(id);
    this.#known.set(id, loading);
    return loading;
  }

  clear(id: string): this {
    this.#known.delete(id);
    return this;
  }
}

/** The loaders of a request. Each is created when it is first used, because most requests need one of them or none. */
class RequestLoaders implements Loaders {
  #users: Loaders['users'] | undefined;
  #sessions: Loaders['sessions'] | undefined;
  #sessionPages: Loaders['sessionPages'] | undefined;
  #sessionCounts: Loaders['sessionCounts'] | undefined;
  #admin: Loaders['admin'] | undefined;

  constructor(
    private readonly context: Context,
    private readonly usersOfAll: DataLoader<string, UserRecord | null>,
  ) {}

  get users() {
    this.#users ??= new RequestUsers(this.usersOfAll);
    return this.#users;
  }

  get sessions() {
    this.#sessions ??= byId((ids) => findSessions(this.context, ids));
    return this.#sessions;
  }

  // Not cached, because fields below a mutation must show what it changed.
  get sessionPages() {
    this.#sessionPages ??= new DataLoader((wanted) => loadSessionPages(this.context, wanted), { cache: false });
    return this.#sessionPages;
  }

  get sessionCounts() {
    this.#sessionCounts ??= new DataLoader((ids) => countSessions(this.context, ids), { cache: false });
    return this.#sessionCounts;
  }

  get admin() {
    this.#admin ??= createAdminLoaders(this.context);
    return this.#admin;
  }
}

/** Returns the function that creates the loaders of a request. */
export function createLoaders(dependencies: Dependencies): (context: Context) => Loaders {
  // Requests in one turn of the event loop share one query. Nothing is cached, so nothing is stale.
  const users = byId((ids) => forSeveralRequests(() => findUsers(dependencies, ids)), {
    cache: false,
    maxBatchSize: USERS_PER_QUERY,
    batchScheduleFn: setImmediate,
  });
  return (context) => new RequestLoaders(context, users);
}
