import type { FilterQuery } from '@mikro-orm/postgresql';
import { Session } from '../../entities/session.js';
import { isProblem, type Problem } from '../../problems.js';
import { type Page, type PageRequest, type Position, readPage, toPage } from '../page.js';
import type { UseCaseContext } from '../use-case.js';

/** One page of sessions, newest first. */
export interface SessionPage extends Page<Session> {
  kind: 'session-page';
  totalCount: number;
}

type Needs = Pick<UseCaseContext, 'em' | 'clock'>;

function olderThan({ createdAt, id }: Position): FilterQuery<Session> {
  return { $or: [{ createdAt: { $lt: createdAt } }, { createdAt, id: { $lt: id } }] };
}

/** The live sessions of a user. */
export async function listSessions(
  context: Needs,
  userId: string,
  page: PageRequest,
): Promise<SessionPage | Problem<'INPUT_INVALID'>> {
  const window = readPage(page);
  if (isProblem(window)) return window;
  const alive: FilterQuery<Session> = { user: userId, revokedAt: null, expiresAt: { $gt: context.clock.now() } };
  const older = window.after === null ? [] : [olderThan(window.after)];
  const [found, totalCount] = await Promise.all([
    context.em.find(
      Session,
      { $and: [alive, ...older] },
      { orderBy: { createdAt: 'desc', id: 'desc' }, limit: window.first + 1 },
    ),
    context.em.count(Session, alive),
  ]);
  return { kind: 'session-page', ...toPage(found, window), totalCount };
}

/** The live sessions with these ids, whoever they belong to. */
export async function findSessions(context: Needs, ids: readonly string[]): Promise<Session[]> {
  return await context.em.find(Session, {
    id: { $in: [...ids] },
    revokedAt: null,
    expiresAt: { $gt: context.clock.now() },
  });
}
