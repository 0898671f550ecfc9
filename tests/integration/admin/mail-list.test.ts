import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AdminMailFilter } from '../../generated/operations.js';
import {
  AdminMailsDocument,
  AdminUserMailsDocument,
  DeleteAccountDocument,
  RequestPasswordResetDocument,
} from '../../generated/operations.js';
import { quickUser, rows } from '../../support/accounts.js';
import { sharedGateway, type TestGateway } from '../../support/app.js';
import { expectType, loggedIn, newEmail, PASSWORD } from '../../support/journey.js';
import { type StaffMember, staffMember } from '../../support/staff.js';

let gateway: TestGateway;
let support: StaffMember;
let user: Awaited<ReturnType<typeof quickUser>>;

beforeAll(async () => {
  gateway = await sharedGateway();
  support = await staffMember(gateway, 'support');
  user = await quickUser(gateway);
  await gateway.ask(RequestPasswordResetDocument, { input: { email: user.email } });
});
afterAll(() => gateway.close());

async function mails(filter: AdminMailFilter, page: { first?: number; after?: string | null } = {}) {
  const { data, errors } = await gateway.ask(AdminMailsDocument, { filter, ...page }, { token: support.token });
  return { ...data?.adminMails, code: errors[0]?.extensions.code };
}

async function mailsOf(id: string, first = 20) {
  const { data } = await gateway.ask(AdminUserMailsDocument, { id, first }, { token: support.token });
  return data.adminUser?.mails.nodes ?? [];
}

describe('adminMails', () => {
  it('shows kind, recipient, status and account, and no content', async () => {
    const { nodes } = await mails({ recipient: ` ${user.email.toUpperCase()} ` });
    expect(nodes.map(({ mail, userId, status }) => [mail, userId, status])).toEqual([
      ['reset-password', user.id, 'PENDING'],
      ['verify-email', user.id, 'PENDING'],
    ]);
    expect(nodes[0]).toMatchObject({ recipient: user.email, attempts: 0, finishedAt: null, lastError: null });
    expect(nodes[0]?.nextAttemptAt).not.toBeNull();
    expect(nodes[0]?.requestId).toMatch(/^[\w-]{36}$/);
    const { errors } = await gateway.send('{ adminMails { nodes { variables } } }', {}, { token: support.token });
    expect(errors).not.toEqual([]);
  });

  it('never shows what equalises the work of an address without an account', async () => {
    const email = newEmail();
    await gateway.ask(RequestPasswordResetDocument, { input: { email } });
    expect(await rows(gateway, "SELECT user_id FROM outbox_messages WHERE mail = 'none'")).toEqual([{ user_id: null }]);
    expect((await mails({ recipient: email })).nodes).toEqual([]);
    expect((await mails({ mail: 'none' })).nodes).toEqual([]);
    expect((await mails({}, { first: 100 })).nodes.map(({ mail }) => mail)).not.toContain('none');
  });

  it('selects by status, kind and time, and walks without loss or repeat', async () => {
    await rows(
      gateway,
      `INSERT INTO outbox_messages (id, mail, recipient, variables, status, attempts, created_at, next_attempt_at, finished_at, last_error)
       SELECT gen_random_uuid(), 'new-device', 'seed@example.com', '{"secret": "1"}', 'FAILED', 3,
         timestamptz '2026-01-01' + (i / 5) * interval '1 microsecond', now(), now(), 'the mail server rejected the mail (550)'
       FROM generate_series(1, 23) i RETURNING id`,
    );
    const filter = {
      status: 'FAILED',
      mail: 'new-device',
      from: '2026-01-01T00:00:00Z',
      before: '2026-01-02T00:00:00Z',
    } as const;
    const expected = (await mails(filter, { first: 100 })).nodes;
    expect(expected).toHaveLength(23);
    expect(expected[0]).toMatchObject({ lastError: 'the mail server rejected the mail (550)', nextAttemptAt: null });
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof mails>> = await mails(filter, { first: 4, after });
      seen.push(...page.nodes.map(({ id }) => id));
      after = page.pageInfo.hasNextPage ? (page.pageInfo.endCursor ?? null) : null;
    } while (after !== null && seen.length < 50);
    expect(seen).toEqual(expected.map(({ id }) => id));
    expect((await mails({ mail: "x' OR 1=1" })).code).toBe('INPUT_INVALID');
    expect((await mails({}, { first: 10_000 })).code).toBe('INPUT_INVALID');
  });
});

it('AdminUser.mails has those of the account, until it is deleted', async () => {
  const gone = await quickUser(gateway);
  expect((await mailsOf(gone.id)).map(({ mail }) => mail)).toEqual(['verify-email']);
  expect((await mailsOf(user.id, 1)).map(({ mail }) => mail)).toEqual(['reset-password']);
  const { accessToken: token } = await loggedIn(gateway, gone.email);
  const { data } = await gateway.ask(DeleteAccountDocument, { input: { password: PASSWORD } }, { token });
  expectType(data.deleteAccount, 'AccountDeleted');
  expect(await rows(gateway, 'SELECT 1 FROM outbox_messages WHERE user_id = ?', [gone.id])).toEqual([]);
});
