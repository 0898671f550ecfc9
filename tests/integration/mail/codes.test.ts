import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { OneTimeCode, type OneTimeCodePurpose } from '../../../src/entities/one-time-code.js';
import { OutboxMessage } from '../../../src/entities/outbox-message.js';
import { User } from '../../../src/entities/user.js';
import { run } from '../../../src/lib/sql.js';
import { insertMail, type MailName } from '../../../src/services/mail-outbox/write-mail.js';
import { consumeCode, consumeToken } from '../../../src/services/one-time-codes/consume.js';
import { issueCode } from '../../../src/services/one-time-codes/issue.js';
import { startWorkers } from '../../../src/workers/start-workers.js';
import { SignupDocument } from '../../generated/operations.js';
import { type TestGateway, testGateway } from '../../support/app.js';
import { eventually } from '../../support/eventually.js';
import { expectType, newEmail, PASSWORD } from '../../support/journey.js';

const HOUR = 3_600;

interface Kind {
  mail: MailName;
  purpose: OneTimeCodePurpose;
  codeTtl: number;
  linkTtl: number;
  variables?: Record<string, string>;
}

const occurredAt = '2026-11-21T04:49:10.123Z';
const reset: Kind = { mail: 'reset-password', purpose: 'RESET_PASSWORD', codeTtl: 300, linkTtl: HOUR };
const change: Kind = { mail: 'change-email', purpose: 'CHANGE_EMAIL', codeTtl: 600, linkTtl: 24 * HOUR };
const device: Kind = {
  mail: 'new-device',
  purpose: 'REPORT_SESSION',
  codeTtl: 24 * HOUR,
  linkTtl: 24 * HOUR,
  variables: { occurredAt, browser: 'Firefox 145' },
};
const changed: Kind = {
  mail: 'email-changed',
  purpose: 'REVERT_EMAIL',
  codeTtl: 168 * HOUR,
  linkTtl: 168 * HOUR,
  variables: { occurredAt, newAddress: 'r***@example.org' },
};

/** Writes the row of a mail and of its code, as the use-case of that mail does. */
async function write(gateway: TestGateway, { mail, purpose, codeTtl, linkTtl, variables = {} }: Kind) {
  const recipient = newEmail();
  const { data } = await gateway.ask(SignupDocument, { input: { email: recipient, password: PASSWORD } });
  expectType(data.signup, 'SignupAccepted');
  const em = gateway.dependencies.orm.em.fork();
  const { id: userId } = await em.findOneOrFail(User, { email: recipient });
  const now = gateway.clock.now();
  const lives = { now, codeTtl, linkTtl };
  const issued = { purpose, address: randomUUID(), userId, ...lives };
  const { id: codeId } = await issueCode(em, gateway.dependencies.secretKeys, issued);
  const outboxId = randomUUID();
  await run(em, insertMail(outboxId, { mail, recipient, locale: 'en', codeId, variables, requestId: 'r', now }));
  return { recipient, codeId, outboxId, address: issued.address };
}

/** Lets the worker do what waits, until the check passes. */
async function withWorker<Result>(gateway: TestGateway, check: () => Promise<Result>): Promise<Result> {
  const worker = startWorkers(gateway.dependencies);
  try {
    return await check();
  } finally {
    await worker.close();
  }
}

it.each([reset, change])('$mail gives its code time anew when it ran out before the mail went', async (kind) => {
  const gateway = await testGateway();
  const { recipient, address } = await write(gateway, kind);
  gateway.clock.advance(kind.codeTtl + 60);
  const { code } = await withWorker(gateway, () => gateway.mailTo(recipient, { mail: kind.mail }));
  gateway.clock.advance(kind.codeTtl - 1);
  const { orm, secretKeys } = gateway.dependencies;
  const attempt = { purpose: kind.purpose, address, code: code ?? '', now: gateway.clock.now(), maxAttempts: 5 };
  expect(await consumeCode(orm.em.fork(), secretKeys, attempt)).toMatchObject({ kind: 'consumed', address });
});

it.each([reset, device, changed])('$mail carries a link that works, once', async (kind) => {
  const gateway = await testGateway({ worker: true, env: { APP_URL: 'https://app.example.com' } });
  const { recipient, address } = await write(gateway, kind);
  gateway.clock.advance(5);
  const { link, code } = await gateway.mailTo(recipient, { mail: kind.mail });
  expect(code === null).toBe(kind !== reset);
  const shown = (await gateway.inject({ method: 'GET', url: '/dev/mail.json' })).json();
  expect(shown).toContainEqual(expect.objectContaining({ to: recipient, code, link }));
  const { orm, secretKeys } = gateway.dependencies;
  const token = link?.split('#token=')[1] ?? '';
  const use = () => consumeToken(orm.em.fork(), secretKeys, { purpose: kind.purpose, token, now: gateway.clock.now() });
  expect(await use()).toMatchObject({ kind: 'consumed', address });
  expect(await use()).toMatchObject({ code: 'TOKEN_INVALID' });
});

it.each([reset, device])('$mail is not sent once its code was used or its link ran out', async (kind) => {
  const gateway = await testGateway();
  const used = await write(gateway, kind);
  const late = await write(gateway, kind);
  const em = gateway.dependencies.orm.em.fork();
  await em.nativeUpdate(OneTimeCode, { id: used.codeId }, { consumedAt: gateway.clock.now() });
  await em.nativeUpdate(OneTimeCode, { id: late.codeId }, { linkExpiresAt: gateway.clock.now() });
  gateway.clock.advance(5);
  await withWorker(gateway, () =>
    eventually(async () => {
      const rows = await em.fork().find(OutboxMessage, { id: { $in: [used.outboxId, late.outboxId] } });
      expect(rows.map(({ status }) => status)).toEqual(['DISCARDED', 'DISCARDED']);
    }),
  );
  expect((await gateway.mails()).filter(({ mail }) => mail === kind.mail)).toEqual([]);
});
