import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AuditEvent } from '../../../src/entities/audit-event.js';
import { OutboxMessage } from '../../../src/entities/outbox-message.js';
import { User } from '../../../src/entities/user.js';
import { problem } from '../../../src/problems.js';
import type { Request } from '../../../src/services/use-case.js';
import { inTransaction, undo, type Work } from '../../../src/services/work.js';
import { LoginDocument } from '../../generated/operations.js';
import { commandContext, quickUser } from '../../support/accounts.js';
import { sharedGateway, type TestGateway } from '../../support/app.js';
import { expectType, PASSWORD } from '../../support/journey.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await sharedGateway({ env: { BREACH_CHECK: 'on' } });
});
afterAll(() => gateway.close());

const NOTHING = { announced: [], mails: [], checks: [], steps: [] };

/** A request whose announcements and jobs are kept in place of leaving the process. */
function observedRequest() {
  const { dependencies } = gateway;
  const requestId = randomUUID();
  const followed = {
    announced: [] as string[][],
    mails: [] as string[],
    checks: [] as string[],
    steps: [] as string[],
  };
  const request: Request = {
    ...commandContext(gateway),
    requestId,
    revocations: {
      ...dependencies.revocations,
      announce: (ids) => void (ids.length > 0 && followed.announced.push([...ids])),
    },
    mailQueue: { ...dependencies.mailQueue, add: async ({ outboxId }) => void followed.mails.push(outboxId) },
    passwordCheckQueue: {
      ...dependencies.passwordCheckQueue,
      add: async ({ userId }) => void followed.checks.push(userId),
    },
  };
  const written = async () => {
    const em = dependencies.orm.em.fork();
    const mails = await em.find(OutboxMessage, { requestId });
    return { mails, events: await em.count(AuditEvent, { requestId }) };
  };
  return { request, followed, written };
}

/** An account with one session. */
async function signedInUser() {
  const { email, id: userId } = await quickUser(gateway);
  const { data } = await gateway.ask(LoginDocument, { input: { identifier: email, password: PASSWORD } });
  return { email, userId, sessionId: expectType(data.login, 'LoginSuccess').session.id };
}

/** Does everything that a transaction can do. */
async function doAll(work: Work, { userId, email }: { userId: string; email: string }, onStep: () => void) {
  const mail = { recipient: email, locale: null };
  await work.mail({ mail: 'password-changed', ...mail });
  await work.mail({ mail: 'sign-up-contested', ...mail, leaveToRelay: true });
  await work.record({ type: 'PASSWORD_CHANGE', userId });
  await work.checkPassword({ userId, password: PASSWORD, passwordChangedAt: work.now });
  work.afterCommit(async () => onStep());
  return await work.endSessions({ userId, exceptId: null }, 'PASSWORD_CHANGED');
}

it('announces and enqueues after the commit, whatever is returned', async () => {
  const user = await signedInUser();
  const { request, followed, written } = observedRequest();
  const outcome = await inTransaction(request, async (work) => {
    const ended = await doAll(work, user, () => void followed.steps.push('step'));
    expect(ended).toEqual([user.sessionId]);
    expect(followed).toEqual(NOTHING);
    return problem('CONFLICT');
  });
  expect(outcome).toMatchObject({ code: 'CONFLICT' });
  const { mails, events } = await written();
  expect([mails.length, events]).toEqual([2, 1]);
  expect(followed).toEqual({
    announced: [[user.sessionId]],
    mails: [mails.find(({ mail }) => mail === 'password-changed')?.id],
    checks: [user.userId],
    steps: ['step'],
  });
});

it('announces and enqueues nothing of a transaction that is undone or fails', async () => {
  const user = await signedInUser();
  const { request, followed, written } = observedRequest();
  const undone = await inTransaction(request, async (work) => {
    await doAll(work, user, () => void followed.steps.push('step'));
    return undo(problem('UNAUTHENTICATED'));
  });
  expect(undone).toMatchObject({ code: 'UNAUTHENTICATED' });
  const failed = inTransaction(request, async (work) => {
    await doAll(work, user, () => void followed.steps.push('step'));
    throw new Error('an internal error');
  });
  await expect(failed).rejects.toThrow('an internal error');
  expect(followed).toEqual(NOTHING);
  expect(await written()).toEqual({ mails: [], events: 0 });
});

it.each(['40001', '25006'])('announces and enqueues once where the transaction is repeated (%s)', async (state) => {
  const user = await signedInUser();
  const { request, followed, written } = observedRequest();
  let attempts = 0;
  await inTransaction(request, async (work) => {
    attempts += 1;
    await doAll(work, user, () => void followed.steps.push('step'));
    if (attempts === 1) await work.em.execute(`DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '${state}'; END $$`);
  });
  expect(attempts).toBe(2);
  const { mails, events } = await written();
  expect([mails.length, events]).toEqual([2, 1]);
  expect(followed).toMatchObject({ announced: [[user.sessionId]], checks: [user.userId], steps: ['step'] });
  expect(followed.mails).toHaveLength(1);
});

it('reads rows anew that the request has read before', async () => {
  const { userId } = await signedInUser();
  const { request } = observedRequest();
  await request.em.findOneOrFail(User, userId);
  await gateway.dependencies.orm.em.fork().nativeUpdate(User, userId, { displayName: 'Changed' });
  const read = await inTransaction(request, async ({ em }) => await em.findOneOrFail(User, userId));
  expect(read.displayName).toBe('Changed');
});

it('does not fail for a step after the commit, and takes the next one', async () => {
  const { request, followed } = observedRequest();
  const outcome = await inTransaction(request, async (work) => {
    work.afterCommit(() => Promise.reject(new Error('the step failed')));
    work.afterCommit(async () => void followed.steps.push('next'));
    return 'committed';
  });
  expect(outcome).toBe('committed');
  expect(followed.steps).toEqual(['next']);
  expect(gateway.logLines.join('')).toContain('the step failed');
});
