import { afterAll, beforeAll, it } from 'vitest';
import { unlockUser } from '../../src/services/accounts/unlock-user.js';
import * as ops from '../generated/operations.js';
import { commandContext, faults, mailedTo, quickUser, rows } from '../support/accounts.js';
import { sharedGateway, type TestGateway } from '../support/app.js';
import { loggedIn, newEmail, PASSWORD } from '../support/journey.js';
import { deriveToken, deriveCode } from '../../src/services/one-time-codes/derive.js';
import { change, login, requestReset, reset, resetMailOf, verifyCode } from '../support/passwords.js';
import { appCode, challengeOf, complete, enrolled, twoFactorUser, wrongAppCode } from '../support/totp.js';

let gateway: TestGateway;
let replica: TestGateway;
beforeAll(async () => {
  gateway = await sharedGateway();
  replica = await sharedGateway({ replicaOf: gateway });
});
afterAll(async () => { await replica.close(); await gateway.close(); });
const W = 'Wrong-Horse-7-Staple';
const at = (i: number) => (i % 2 === 0 ? gateway : replica);
async function codeFor(purpose: any, address: string) {
  const [row] = await rows<any>(gateway, 'SELECT id, key_id FROM one_time_codes WHERE purpose=? AND address = ?', [purpose, address]);
  return row === undefined ? undefined : { token: deriveToken(gateway.dependencies.secretKeys, { id: row.id, keyId: row.key_id, purpose }), code: ['CHANGE_EMAIL','RESET_PASSWORD'].includes(purpose) ? deriveCode(gateway.dependencies.secretKeys, { id: row.id, keyId: row.key_id, purpose, address }) : '' };
}

it('chaos', async () => {
  const tally: Record<string, number> = {};
  const note = (name: string) => (p: Promise<any>) => p.then((v) => {
    const t = v?.__typename ?? Object.values(v?.data ?? {}).map((x: any) => x?.__typename).join() + (v?.errors?.map((e: any) => e.extensions.code).join() ?? '');
    tally[`${name} ${t}`] = (tally[`${name} ${t}`] ?? 0) + 1;
  });
  for (let round = 0; round < 90; round += 1) {
    const two = round % 2 === 1;
    const u: any = two ? await twoFactorUser(gateway) : await quickUser(gateway);
    const { email, id } = u;
    const S = { from: `203.0.113.${(round % 200) + 1}`, headers: { 'user-agent': `curl/8.${round}` } };
    const sessions: any[] = [];
    let challenge = '';
    let secret = u.secret;
    if (two) { gateway.clock.advance(30); challenge = await challengeOf(gateway, email); sessions.push(u, u, u, u); }
    else {
      for (let i = 0; i < 3; i += 1) sessions.push(await loggedIn(gateway, email));
      sessions.push(await loggedIn(gateway, email, { ask: S }));
      secret = await enrolled(gateway, sessions[0].accessToken);
    }
    const { token: link } = await resetMailOf(gateway, email);
    gateway.clock.advance(1);
    await gateway.ask(ops.RequestEmailChangeDocument, { input: { newEmail: newEmail() } }, { token: sessions[1].accessToken });
    const ce = await codeFor('CHANGE_EMAIL', id);
    const rep = await rows<any>(gateway, "SELECT address FROM one_time_codes WHERE purpose='REPORT_SESSION' AND user_id=?", [id]);
    const rt = rep[0] === undefined ? undefined : (await codeFor('REPORT_SESSION', rep[0].address))?.token;
    if (round % 3 === 0) await rows(gateway, 'UPDATE users SET password_breached_at = now() WHERE id=?', [id]);
    const code = appCode(gateway, secret, round % 2);
    const tasks: (() => Promise<any>)[] = [
      () => note('reset')(reset(at(round), link)),
      () => note('login')(login(at(0), email, PASSWORD)),
      () => note('login')(login(at(1), email, PASSWORD, S)),
      () => note('login')(login(at(1), email, W, S)),
      () => note('login')(login(at(0), email, W, S)),
      () => note('change')(change(at(1), sessions[2].accessToken, { next: `Patient-Otter-${round}-Lantern` })),
      () => note('reauth')(at(0).ask(ops.ReauthenticateDocument, { input: { password: PASSWORD, code: two ? code : null } }, { token: sessions[1].accessToken })),
      () => note('refresh')(at(1).ask(ops.RefreshDocument, { input: { refreshToken: sessions[0].refreshToken } })),
      () => note('revokeO')(at(1).ask(ops.RevokeOtherSessionsDocument, {}, { token: sessions[0].accessToken })),
      () => note('verifyCode')(verifyCode(at(0), email, '000000')),
      () => note('requestReset')(requestReset(at(1), email)),
      () => note('unlock')(unlockUser(commandContext(at(0)), email) as any),
      () => note('confirmMail')(at(1).ask(ops.ConfirmEmailChangeDocument, { input: { code: ce?.code ?? '000000' } }, { token: sessions[1].accessToken })),
      () => note('requestMail')(at(0).ask(ops.RequestEmailChangeDocument, { input: { newEmail: newEmail() } }, { token: sessions[2].accessToken })),
      () => note('profile')(at(0).ask(ops.UpdateProfileDocument, { input: { displayName: 'X' } }, { token: sessions[2].accessToken })),
    ];
    if (two) {
      tasks.push(() => note('complete')(complete(at(1), challenge, code)));
      tasks.push(() => note('completeW')(complete(at(0), challenge, wrongAppCode(gateway, secret))));
      tasks.push(() => note('disable')(at(0).ask(ops.DisableTotpDocument, { input: { password: PASSWORD, code: u.recoveryCodes[0] } }, { token: sessions[0].accessToken })));
      tasks.push(() => note('regen')(at(1).ask(ops.RegenerateRecoveryCodesDocument, { input: { password: PASSWORD, code: u.recoveryCodes[1] } }, { token: sessions[0].accessToken })));
    } else {
      tasks.push(() => note('confirm')(at(1).ask(ops.ConfirmTotpDocument, { input: { code: appCode(gateway, secret) } }, { token: sessions[0].accessToken })));
      tasks.push(() => note('exchange')(at(1).ask(ops.ExchangeTokenDocument, { input: { token: u.exchangeToken } })));
    }
    if (rt !== undefined) tasks.push(() => note('report')(at(0).ask(ops.ReportSessionDocument, { input: { token: rt } })));
    tasks.sort(() => Math.random() - 0.5);
    await Promise.all(tasks.map((t) => t()));
  }
  console.log(JSON.stringify(tally, null, 1));
  const bad = [...gateway.logLines, ...replica.logLines].filter((l) => /deadlock|timeout exceeded|"level":(50|60)|is away/.test(l));
  console.log('BAD', bad.length, bad.slice(0, 6).map((b) => b.slice(0, 1500)).join('\n'), faults(gateway).length);
  console.log('leaks', await rows(gateway, 'SELECT * FROM login_failures WHERE in_flight > 0'));
  void mailedTo;
}, 240_000);
