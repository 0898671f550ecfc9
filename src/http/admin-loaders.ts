import DataLoader from 'dataloader';
import { loginWindows } from '../operations/login-windows.js';
import type { Context } from '../request.js';
import { listEventsOfUsers } from '../services/admin/list-events.js';
import { listMailsOfUsers } from '../services/admin/list-mails.js';
import { recordReadings } from '../services/admin/record-reading.js';
import { findSignInObstacles } from '../services/admin/sign-in-obstacle.js';

type Loaders = Context['loaders']['admin'];

/** Loads what all accounts that are requested together have, with one statement for each kind of request. */
function ofUsers<Wanted extends { userId: string }, Found>(
  list: (userIds: readonly string[], kind: Omit<Wanted, 'userId'>) => Promise<readonly Found[]>,
) {
  const load = async (wanted: readonly Wanted[]) => {
    const kindOf = ({ userId: _userId, ...kind }: Wanted) => kind;
    const found = new Map<string, Map<string, Found>>();
    for (const [key, [one, ...others]] of Map.groupBy(wanted, (request) => JSON.stringify(kindOf(request)))) {
      if (one === undefined) continue;
      const userIds = [...new Set([one, ...others].map(({ userId }) => userId))];
      const all = await list(userIds, kindOf(one));
      found.set(key, new Map(all.map((each, index) => [userIds[index] ?? '', each])));
    }
    return wanted.map(
      (request) => found.get(JSON.stringify(kindOf(request)))?.get(request.userId) ?? new Error('nothing was loaded'),
    );
  };
  // Not cached, because fields below a mutation must show what it changed.
  return new DataLoader<Wanted, Found>(load, { cache: false });
}

async function recordAll(context: Context, userIds: readonly string[]): Promise<undefined[]> {
  const { actor } = context;
  if (actor.kind === 'user') await recordReadings(context, actor.userId, userIds);
  return userIds.map(() => undefined);
}

/** Returns the loaders of what staff see of many accounts. */
export function createAdminLoaders(context: Context): Loaders {
  return {
    eventPages: ofUsers((userIds, { filter, window }) => listEventsOfUsers(context, userIds, filter, window)),
    mailPages: ofUsers((userIds, { window }) => listMailsOfUsers(context, userIds, window)),
    obstacles: new DataLoader((ids) => findSignInObstacles(context, ids, loginWindows(context.settings)), {
      cache: false,
    }),
    readings: new DataLoader((userIds) => recordAll(context, userIds)),
  };
}
