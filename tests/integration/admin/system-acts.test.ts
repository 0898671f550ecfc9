import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  AdminRetryMailDocument,
  AdminRotateSigningKeyDocument,
  AdminSendTestMailDocument,
} from '../../generated/operations.js';
import { rows, signedUp } from '../../support/accounts.js';
import { sharedGateway, type TestGateway, testGateway } from '../../support/app.js';
import { expectType, newEmail } from '../../support/journey.js';
import { type StaffMember, staffMember } from '../../support/staff.js';

let gateway: TestGateway;
let admin: StaffMember;

beforeAll(async () => {
  gateway = await sharedGateway();
  admin = await staffMember(gateway, 'admin');
});
afterAll(() => gateway.close());

async function lastEvent(type: string) {
  const text =
    'SELECT success, actor_id, metadata FROM audit_events WHERE type = ? ORDER BY created_at DESC, id DESC LIMIT 1';
  return (await rows(gateway, text, [type]))[0];
}

describe('adminRetryMail', () => {
  const retry = async (mailId: string) =>
    (await gateway.ask(AdminRetryMailDocument, { input: { mailId } }, { token: admin.token })).data.adminRetryMail;
  const mailOf = async (email: string, status: string) => {
    const text = 'UPDATE outbox_messages SET status = ?, finished_at = now() WHERE recipient = ? RETURNING id';
    return (await rows<{ id: string }>(gateway, text, [status, email]))[0]?.id ?? '';
  };

  it('sends a failed mail again while its code is valid', async () => {
    const { email } = await signedUp(gateway);
    const id = await mailOf(email, 'FAILED');
    await rows(gateway, "UPDATE outbox_messages SET attempts = 9, last_error = 'away' WHERE id = ? RETURNING id", [id]);
    expect(expectType(await retry(id), 'AdminMailQueued').mail).toMatchObject({
      id,
      recipient: email,
      status: 'PENDING',
      attempts: 0,
      lastError: null,
    });
    expectType(await retry(id), 'AuthConflictProblem');
    const metadata = { by: 'admin', problem: 'CONFLICT' };
    expect(await lastEvent('MAIL_RETRY')).toEqual({ success: false, actor_id: admin.id, metadata });
    await mailOf(email, 'DISCARDED');
    await rows(gateway, 'UPDATE one_time_codes SET consumed_at = now() WHERE address = ? RETURNING id', [email]);
    expectType(await retry(id), 'AuthConflictProblem');
  });

  it('knows no mail by an id that is unknown or is none', async () => {
    for (const id of ['no-id', '01890a5d-ac96-774b-bcce-b302099a8057']) {
      expectType(await retry(id), 'AuthNotFoundProblem');
    }
  });
});

it('adminSendTestMail writes a mail to the address, within its limit', async () => {
  const own = await sharedGateway({ env: { RATE_LIMITS: 'adminSendTestMail=2/1h' } });
  const boss = await staffMember(own, 'admin');
  const email = newEmail();
  const send = async () =>
    (await own.ask(AdminSendTestMailDocument, { input: { email } }, { token: boss.token })).data.adminSendTestMail;
  for (let sent = 0; sent < 2; sent += 1) {
    expect(expectType(await send(), 'AdminMailQueued').mail).toMatchObject({ recipient: email, mail: 'test' });
  }
  expectType(await send(), 'AuthRateLimitProblem');
  await own.close();
});

it('adminRotateSigningKey publishes a key once, until it signs', async () => {
  const rotate = async ({ token } = admin) =>
    (await gateway.ask(AdminRotateSigningKeyDocument, {}, { token })).data.adminRotateSigningKey;
  const { key } = expectType(await rotate(), 'AdminSigningKeyRotated');
  expect(key.state).toBe('PUBLISHED');
  const { keys } = (await gateway.inject({ method: 'GET', url: '/.well-known/jwks.json' })).json();
  expect(keys.map(({ kid }: { kid: string }) => kid)).toContain(key.id);
  expect(await lastEvent('SIGNING_KEY_ROTATE')).toMatchObject({
    success: true,
    metadata: { by: 'admin', keyId: key.id },
  });
  expectType(await rotate(), 'AuthConflictProblem');
  expect(await lastEvent('SIGNING_KEY_ROTATE')).toMatchObject({ success: false, metadata: { problem: 'CONFLICT' } });
  gateway.clock.advance(600);
  expectType(await rotate(await staffMember(gateway, 'admin')), 'AdminSigningKeyRotated');
});

it('a published key stands although the seeds could not be encrypted again, and the log says what to do', async () => {
  const own = await testGateway();
  const { token } = await staffMember(own, 'admin');
  await rows(own, 'ALTER TABLE totp_credentials RENAME TO away');
  const { data, errors } = await own.ask(AdminRotateSigningKeyDocument, {}, { token });
  expect(errors).toEqual([]);
  expectType(data.adminRotateSigningKey, 'AdminSigningKeyRotated');
  expect(own.logLines.filter((line) => line.includes('run gatehouse keys rotate'))).toHaveLength(1);
});
