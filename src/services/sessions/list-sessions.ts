import type { FilterQuery } from '@mikro-orm/postgresql';
import { Session } from '../../entities/session.js';
import { inputProblem, type Problem } from '../../problems.js';
import type { UseCaseContext } from '../use-case.js';

/** One page of sessions, newest first. */
export interface SessionPage {
  kind: 'session-page';
  items: { cursor: string; session: Session }[];
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  totalCount: number;
}

/** Which page; `first` is between 1 and MAX_PAGE_SIZE. */
export interface PageRequest {
  first: number;
  after: string | null;
}

/** Largest page that may be asked for. */
export const MAX_PAGE_SIZE = 100;

type Needs = Pick<UseCaseContext, 'em' | 'clock'>;

/** Milliseconds up to the year 2286, and an id; later years have a form that the database reads otherwise. */
const CURSOR = /^(\d{1,13})_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

function writeCursor(session: Session): string {
  return Buffer.from(`${session.createdAt.getTime()}_${session.id}`).toString('base64url');
}

function readCursor(cursor: string): { createdAt: Date; id: string } | undefined {
  const found = CURSOR.exec(Buffer.from(cursor, 'base64url').toString('latin1'));
  return found?.[2] === undefined ? undefined : { createdAt: new Date(Number(found[1])), id: found[2] };
}

/** The live sessions of a user. Cursors are positions, so a session that ends meanwhile moves no page. */
export async function listSessions(
  context: Needs,
  userId: string,
  page: PageRequest,
): Promise<SessionPage | Problem<'INPUT_INVALID'>> {
  if (page.first < 1 || page.first > MAX_PAGE_SIZE) {
    return inputProblem(['first'], 'range', `Ask for 1 to ${MAX_PAGE_SIZE} at a time.`);
  }
  const position = page.after === null ? undefined : readCursor(page.after);
  if (page.after !== null && position === undefined)
    return inputProblem(['after'], 'cursor', 'This is no cursor of this list.');
  const alive: FilterQuery<Session> = { user: userId, revokedAt: null, expiresAt: { $gt: context.clock.now() } };
  const older: FilterQuery<Session>[] =
    position === undefined
      ? []
      : [
          {
            $or: [
              { createdAt: { $lt: position.createdAt } },
              { createdAt: position.createdAt, id: { $lt: position.id } },
            ],
          },
        ];
  const [found, totalCount] = await Promise.all([
    context.em.find(
      Session,
      { $and: [alive, ...older] },
      { orderBy: { createdAt: 'desc', id: 'desc' }, limit: page.first + 1 },
    ),
    context.em.count(Session, alive),
  ]);
  return {
    kind: 'session-page',
    items: found.slice(0, page.first).map((session) => ({ cursor: writeCursor(session), session })),
    hasNextPage: found.length > page.first,
    hasPreviousPage: position !== undefined,
    totalCount,
  };
}

/** The live sessions with these ids, whoever they belong to. */
export async function findSessions(context: Needs, ids: readonly string[]): Promise<Session[]> {
  return await context.em.find(Session, {
    id: { $in: [...ids] },
    revokedAt: null,
    expiresAt: { $gt: context.clock.now() },
  });
}
