import { expect, it } from 'vitest';
import { deriveToken } from '../../src/services/one-time-codes/derive.js';
import { ReauthenticateDocument, ReportSessionDocument, ResendVerificationDocument, VerifyEmailDocument, SignupDocument } from '../generated/operations.js';
import { faults, mailedTo, quickUser, rows, signedUp } from '../support/accounts.js';
import { testGateway } from '../support/app.js';
import { loggedIn, PASSWORD } from '../support/journey.js';
import { change, login, requestReset, reset, resetMailOf, ticketOf, verifyCode } from '../support/passwords.js';
const pause = () => new Promise((r) => setTimeout(r, Math.random() * 25));
it('deadlock', { timeout: 240000 }, async () => {
  const gateway = await testGateway({ env: { DATABASE_POOL_MAX: '20', LOCKOUT_THRESHOLD: '100' } });
  for (let round = 0; round < 25; round += 1) {
    const verified = round % 2 === 0;
    const { email } = verified ? await quickUser(gateway) : await signedUp(gateway);
    const s: Awaited<ReturnType<typeof loggedIn>>[] = [];
    if (verified) for (let i = 0; i < 3; i++) s.push(await loggedIn(gateway, email));
    if (verified && round % 4 === 0) await rows(gateway, 'UPDATE users SET password_breached_at = now() WHERE email=?', [email]);
    const ticket = await ticketOf(gateway, email);
    const { token, code } = await resetMailOf(gateway, email);
    const v = await mailedTo(gateway, email);
    const report: string[] = [];
    for (const row of await rows<{ id: string; key_id: string }>(gateway, "SELECT c.id, c.key_id FROM one_time_codes c JOIN users u ON u.id=c.user_id WHERE u.email=? AND purpose='REPORT_SESSION'", [email])) report.push(deriveToken(gateway.dependencies.secretKeys, { id: row.id, keyId: row.key_id, purpose: 'REPORT_SESSION' }));
    gateway.clock.advance(61);
    await Promise.all([
      pause().then(() => reset(gateway, token)),
      pause().then(() => reset(gateway, ticket)),
      pause().then(() => verifyCode(gateway, email, code)),
      pause().then(() => requestReset(gateway, email)),
      pause().then(() => login(gateway, email, PASSWORD)),
      pause().then(() => login(gateway, email, PASSWORD)),
      pause().then(() => gateway.ask(VerifyEmailDocument, { input: { email, code: v.code } })),
      pause().then(() => gateway.ask(ResendVerificationDocument, { input: { email } })),
      pause().then(() => gateway.ask(SignupDocument, { input: { email, password: 'Another-Otter-8-Lamp' } })),
      ...s.map((one) => pause().then(() => gateway.ask(ReauthenticateDocument, { input: { password: PASSWORD } }, { token: one.accessToken }))),
      ...s.slice(0, 1).map((one) => pause().then(() => change(gateway, one.accessToken, { next: `Grand-Otter-${round}-Lamp` }))),
      ...report.map((t) => pause().then(() => gateway.ask(ReportSessionDocument, { input: { token: t } }))),
    ]);
  }
  const lines = gateway.logLines.filter((l) => l.includes('deadlock'));
  console.log('deadlocks', lines.length, lines.map((l) => { const j = JSON.parse(l); return `${j.field ?? ''} ${j.msg} ${String(j.err?.message ?? '').slice(0, 160)}`; }));
  expect(faults(gateway).map((l) => l.slice(0, 600))).toEqual([]);
});
