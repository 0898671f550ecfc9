import type { OutboxStatus } from '../../entities/outbox-message.js';
import type { MailFilter } from '../../inputs/admin-lists.js';
import { type Sql, sql, sqlText } from '../../lib/sql.js';
import { isProblem, type Problem } from '../../problems.js';
import type { Page } from '../page.js';
import type { UseCaseContext } from '../use-case.js';
import { boundedRead } from './bounded-read.js';
import { type KeysetWindow, microseconds, moment, toKeysetPage } from './keyset.js';
import { allOf } from './user-filter.js';

/** An email as staff see it, without its content and the values in it. */
export interface MailRecord {
  id: string;
  mail: string;
  recipient: string;
  status: OutboxStatus;
  attempts: number;
  userId: string | null;
  requestId: string | null;
  lastError: string | null;
  createdAt: Date;
  nextAttemptAt: Date | null;
  finishedAt: Date | null;
}

/** One page of emails, newest first. */
export interface MailPage extends Page<MailRecord> {
  kind: 'mail-page';
}

/** The order of emails in a cursor. */
export const MAIL_ORDER = 'MAILS';

type Needs = Pick<UseCaseContext, 'transact'>;

const COLUMNS = sql`id, mail, recipient, status, attempts, user_id AS "userId", request_id AS "requestId",
  last_error AS "lastError", created_at AS "createdAt", finished_at AS "finishedAt",
  CASE WHEN status = 'PENDING' THEN next_attempt_at END AS "nextAttemptAt", ${microseconds(sqlText('created_at'))} AS place`;
/** Rows of this kind equalise the work of an address that gets no email. */
const IS_MAIL = sqlText(`mail <> 'none'`);

/** Returns the columns of an email that `toMailRecord` reads, for a statement of its own. */
export function mailColumns(): Sql {
  return COLUMNS;
}

/** Reads a row of `mailColumns`. */
export function toMailRecord({ place: _place, ...row }: Record<string, unknown>): MailRecord {
  const time = (value: unknown) => (value === null ? null : new Date(value as string));
  const { createdAt, nextAttemptAt, finishedAt } = row;
  const times = { createdAt: time(createdAt), nextAttemptAt: time(nextAttemptAt), finishedAt: time(finishedAt) };
  return { ...row, ...times } as MailRecord;
}

function mailCondition({ status, mail, recipient, from, before }: MailFilter): Sql {
  return allOf([
    IS_MAIL,
    ...(status == null ? [] : [sql`status = ${status}`]),
    ...(mail == null ? [] : [sql`mail = ${mail}`]),
    ...(recipient == null ? [] : [sql`recipient = ${recipient}`]),
    ...(from == null ? [] : [sql`created_at >= ${from}`]),
    ...(before == null ? [] : [sql`created_at < ${before}`]),
  ]);
}

function newest(condition: Sql, { first, after }: KeysetWindow): Sql {
  const follows = after === null ? sql`true` : sql`(created_at, id) < (${moment(after.value)}, ${after.id}::uuid)`;
  return sql`SELECT ${COLUMNS} FROM outbox_messages WHERE ${condition} AND ${follows}
    ORDER BY created_at DESC, id DESC LIMIT ${first + 1}`;
}

function toMailPage(rows: Record<string, unknown>[], window: KeysetWindow): MailPage {
  return { kind: 'mail-page', ...toKeysetPage(MAIL_ORDER, rows, rows.map(toMailRecord), window) };
}

/** Returns the statement of one page. */
export function mailsStatement(filter: MailFilter, window: KeysetWindow): Sql {
  return newest(mailCondition(filter), window);
}

/** Lists the emails that a filter selects, newest first. */
export async function listMails(
  context: Needs,
  filter: MailFilter,
  window: KeysetWindow,
): Promise<MailPage | Problem<'INPUT_INVALID'>> {
  const rows = await boundedRead(context, mailsStatement(filter, window));
  return isProblem(rows) ? rows : toMailPage(rows, window);
}

/** Returns the same page of the emails of each account, in the order of the ids, by one statement. */
export async function listMailsOfUsers(
  context: Needs,
  userIds: readonly string[],
  window: KeysetWindow,
): Promise<(MailPage | Problem<'INPUT_INVALID'>)[]> {
  const ofUser = newest(sql`user_id = wanted.id AND ${IS_MAIL}`, window);
  const rows = await boundedRead(
    context,
    sql`SELECT found.* FROM unnest(${userIds}::uuid[]) AS wanted (id) CROSS JOIN LATERAL (${ofUser}) AS found
      ORDER BY found."createdAt" DESC, found.id DESC`,
  );
  if (isProblem(rows)) return userIds.map(() => rows);
  const byUser = Map.groupBy(rows, (row) => row.userId as string);
  return userIds.map((id) => toMailPage(byUser.get(id) ?? [], window));
}
