import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { RevocationReason } from '../entities/session.js';
import { run, runAll, type Sql } from '../lib/sql.js';
import { insertEvent, type NewAuditEvent } from './audit/record-event.js';
import { handOver } from './mail-outbox/hand-over.js';
import { insertMail, type NewMail } from './mail-outbox/write-mail.js';
import { enqueuePasswordCheck, insertPasswordCheck, type NewPassword } from './passwords/breach-check.js';
import { revokeSessions, type SessionSelection } from './sessions/revoke-sessions.js';
import type { Request, RequestFacts } from './use-case.js';

/**
 * One transaction of a use-case. All its writes are committed or rolled back together. The steps that follow the commit
 * are kept here until then.
 */
export interface Work extends RequestFacts {
  /** Runs statements in the transaction. */
  readonly em: EntityManager;
  /** The time at which the transaction began. */
  readonly now: Date;
  /** Writes an audit event. Like emails and checks, it is sent with the last statements of the transaction. */
  record(event: NewAuditEvent): Promise<void>;
  /** Writes an email to the outbox, within a budget if given. It is enqueued after the commit. */
  mail(mail: WorkMail, budget?: MailBudget): Promise<void>;
  /** Ends sessions and returns the ids of those that were alive. They are announced after the commit. */
  endSessions(selection: SessionSelection, reason: RevocationReason): Promise<string[]>;
  /** Requests the breach check of a new password. Its job is enqueued after the commit. */
  checkPassword(password: NewPassword): Promise<void>;
  /** Adds a step that follows the commit. A step that fails is logged and does not fail the request. */
  afterCommit(step: (request: Request) => Promise<void>): void;
}

/** An email as a transaction writes it. */
export type WorkMail = Omit<NewMail, 'requestId' | 'now'> & {
  /** Leaves the email to the relay, which enqueues it a few seconds later. */
  leaveToRelay?: boolean;
};

/** The budget from which an email is drawn. Beyond it the email is written as one of kind `none`. */
export interface MailBudget {
  /** Locks the counters. */
  lock: Sql;
  /** The condition that the budget allows an email. */
  isAllowed: Sql;
  /** Counts the email if the budget allows it. */
  draw: Sql;
}

/** The outcome of a transaction that is to be rolled back. */
export class Undone<Outcome> extends Error {
  override readonly name = 'Undone';

  constructor(readonly outcome: Outcome) {
    super('The transaction is rolled back.');
  }
}

/** Makes `inTransaction` roll back and return the outcome. Any other outcome is committed, a problem too. */
export function undo<Outcome>(outcome: Outcome): Undone<Outcome> {
  return new Undone(outcome);
}

type Settled<Outcome> = Outcome extends Undone<infer Inner> ? Inner : Outcome;

/** The steps that follow the commit. */
interface Aftermath {
  endedSessions: string[];
  outboxIds: string[];
  checkedUsers: string[];
  steps: ((request: Request) => Promise<void>)[];
}

/** Runs statements together whose rows no later statement needs. */
type Write = (statements: readonly Sql[], read?: (rows: Record<string, unknown>[][]) => void) => Promise<void>;

/** The writes that are sent together, as the last statements of a transaction. */
function createLastWrites(em: EntityManager): { write: Write; flush(): Promise<void> } {
  const statements: Sql[] = [];
  const readers: ((rows: Record<string, unknown>[][]) => void)[] = [];
  return {
    async write(added, read) {
      const from = statements.length;
      statements.push(...added);
      if (read !== undefined) readers.push((rows) => read(rows.slice(from, from + added.length)));
    },
    async flush() {
      const rows = await runAll(em, statements);
      for (const read of readers) read(rows);
    },
  };
}

async function writeMail(
  write: Write,
  { requestId, logger }: Pick<Request, 'requestId' | 'logger'>,
  mail: NewMail,
  budget: MailBudget | undefined,
): Promise<string> {
  const id = randomUUID();
  if (budget === undefined) await write([insertMail(id, mail)]);
  else {
    const { lock, isAllowed, draw } = budget;
    await write([lock, insertMail(id, mail, isAllowed), draw], ([, rows]) => {
      if (rows?.[0]?.mail === mail.mail) return;
      logger.info(
        { requestId, mail: mail.mail },
        'an email was not sent because the email limit of its address is used up',
      );
    });
  }
  return id;
}

function createWork(request: Request, em: EntityManager, aftermath: Aftermath, write: Write): Work {
  const { settings, secretKeys, client, requestId, logger } = request;
  const now = request.clock.now();
  return {
    ...{ em, now, settings, secretKeys, client, requestId, logger },
    record: (event) => write([insertEvent(request, event)]),
    async mail({ leaveToRelay = false, ...mail }, budget) {
      const outboxId = await writeMail(write, request, { ...mail, requestId, now }, budget);
      if (!leaveToRelay) aftermath.outboxIds.push(outboxId);
    },
    async endSessions(selection, reason) {
      const ended = await revokeSessions(em, selection, reason, now);
      aftermath.endedSessions.push(...ended);
      return ended;
    },
    async checkPassword(password) {
      const check = insertPasswordCheck(request, password);
      if (check === undefined) return;
      await write([check]);
      aftermath.checkedUsers.push(password.userId);
    },
    afterCommit: (step) => void aftermath.steps.push(step),
  };
}

function nothingYet(): Aftermath {
  return { endedSessions: [], outboxIds: [], checkedUsers: [], steps: [] };
}

async function follow(request: Request, aftermath: Aftermath): Promise<void> {
  request.revocations.announce(aftermath.endedSessions);
  for (const outboxId of aftermath.outboxIds) handOver(request, outboxId);
  for (const userId of aftermath.checkedUsers) enqueuePasswordCheck(request, userId);
  const { requestId, logger } = request;
  for (const step of aftermath.steps) {
    await step(request).catch((cause: unknown) =>
      logger.error({ err: cause, requestId }, 'a step after a commit failed'),
    );
  }
}

/**
 * Runs work in a transaction of its own and returns its outcome. After the commit, the ended sessions are announced and
 * the emails and jobs are enqueued, once. If the transaction is rolled back, nothing follows. The database may abort a
 * transaction and have it repeated, so the work must reach nothing but the database.
 */
export async function inTransaction<Outcome>(
  request: Request,
  act: (work: Work) => Promise<Outcome>,
): Promise<Settled<Outcome>> {
  let aftermath: Aftermath | undefined;
  const attempt = async (em: EntityManager): Promise<Outcome> => {
    // A repeated transaction starts with nothing from the previous attempt.
    aftermath = nothingYet();
    const lastWrites = createLastWrites(em);
    const outcome = await act(createWork(request, em, aftermath, lastWrites.write));
    if (outcome instanceof Undone) throw outcome;
    await lastWrites.flush();
    return outcome;
  };
  try {
    // Clears the rows that the request has read already, as they may have changed since.
    const outcome = await request.em.transactional(attempt, { clear: true });
    if (aftermath !== undefined) await follow(request, aftermath);
    return outcome as Settled<Outcome>;
  } catch (cause) {
    if (cause instanceof Undone) return cause.outcome as Settled<Outcome>;
    throw cause;
  }
}

/**
 * Runs work of a single statement, which commits by itself, without the round trips of a transaction. The same steps
 * follow.
 */
export async function inStatement<Outcome>(
  request: Request,
  act: (work: Omit<Work, 'afterCommit'>) => Promise<Outcome>,
): Promise<Outcome> {
  const aftermath = nothingYet();
  const write: Write = async (statements) => {
    for (const statement of statements) await run(request.em, statement);
  };
  const outcome = await act(createWork(request, request.em, aftermath, write));
  await follow(request, aftermath);
  return outcome;
}
