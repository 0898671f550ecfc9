import { describe, expect, it } from 'vitest';
import { reencryptSeeds } from '../../../src/services/two-factor/reencrypt-seeds.js';
import {
  ConfirmTotpDocument,
  DisableTotpDocument,
  EnrolTotpDocument,
  MeDocument,
  RegenerateRecoveryCodesDocument,
} from '../../generated/operations.js';
import { faults, quickUser, rows } from '../../support/accounts.js';
import { type TestGateway, testGateway } from '../../support/app.js';
import { expectType, loggedIn, newEmail, PASSWORD } from '../../support/journey.js';
import { appCode, challengeOf, complete, toNextStep, twoFactorUser } from '../../support/totp.js';

/** Every row of every table of the database, as text. */
async function dump(gateway: TestGateway): Promise<string> {
  const tables = await rows<{ name: string }>(
    gateway,
    `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
     WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_type = 'BASE TABLE'`,
  );
  expect(tables.length).toBeGreaterThan(15);
  const texts: string[] = [];
  for (const { name } of tables) {
    for (const { line } of await rows<{ line: string }>(gateway, `SELECT t::text AS line FROM ${name} t`))
      texts.push(line);
  }
  return texts.join('\n');
}

/** A secret in the spellings in which it could have been kept. */
function spellings(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [
    secret,
    secret.replaceAll('-', ''),
    bytes.toString('hex'),
    bytes.toString('base64'),
    bytes.toString('base64url'),
  ];
}

describe('T1, T5, U2: seed, codes and passwords', () => {
  it('are in no row, no log line and no mail, whatever was done with them', async () => {
    const gateway = await testGateway({ worker: true });
    const email = newEmail();
    const { id } = await quickUser(gateway, { email, locale: 'de' });
    const { accessToken: token } = await loggedIn(gateway, email);
    const wrongPassword = 'Canary-4711-Wrong-Password';
    const secrets: string[] = [PASSWORD, wrongPassword, 'CANARY-CODE-4711', '47114711'];

    const first = await gateway.ask(EnrolTotpDocument, {}, { token });
    const { secret, otpauthUri } = expectType(first.data.enrolTotp, 'TotpEnrolment');
    secrets.push(secret, otpauthUri, secret.toLowerCase());
    const confirm = { input: { code: appCode(gateway, secret) } };
    await gateway.ask(ConfirmTotpDocument, { input: { code: '47114711' } }, { token });
    const confirmed = await gateway.ask(ConfirmTotpDocument, confirm, { token });
    const { codes } = expectType(confirmed.data.confirmTotp, 'RecoveryCodes');
    secrets.push(...codes);
    for (const code of ['CANARY-CODE-4711', codes[0] ?? '']) {
      await complete(gateway, await challengeOf(gateway, email), code);
    }
    const regenerate = { input: { password: PASSWORD, code: codes[1] ?? '' } };
    const regenerated = await gateway.ask(RegenerateRecoveryCodesDocument, regenerate, { token });
    const next = expectType(regenerated.data.regenerateRecoveryCodes, 'RecoveryCodes').codes;
    secrets.push(...next);
    await gateway.ask(DisableTotpDocument, { input: { password: wrongPassword, code: next[0] ?? '' } }, { token });

    const sealed = await rows<{ sealed_secret: string }>(gateway, 'SELECT sealed_secret FROM totp_credentials');
    expect(sealed[0]?.sealed_secret.split('.')[0]).toBe(gateway.dependencies.secretKeys.currentId);
    const told: string[] = [];
    for (const mail of ['two-factor-enabled', 'recovery-code-used', 'recovery-codes-replaced']) {
      const { subject, text, html } = await gateway.mailTo(email, { mail });
      told.push(subject, text, html);
    }
    const off = { input: { password: PASSWORD, code: next[1] ?? '' } };
    const stored = [await dump(gateway)];
    expectType((await gateway.ask(DisableTotpDocument, off, { token })).data.disableTotp, 'TwoFactorDisabled');
    const last = await gateway.mailTo(email, { mail: 'two-factor-disabled' });
    stored.push(await dump(gateway));
    expect(stored[0]).toContain(id);
    const places = {
      rows: stored.join('\n'),
      log: gateway.logLines.join('\n'),
      mails: [...told, last.text, last.html].join('\n'),
    };
    for (const [place, text] of Object.entries(places)) {
      for (const canary of secrets.flatMap(spellings))
        expect(text.includes(canary), `${canary} in ${place}`).toBe(false);
    }
    expect(faults(gateway)).toEqual([]);
  });
});

describe('K2: SECRET_KEY is rotated', () => {
  const OLD = 'b2xkLXNlY3JldC1vZi10aGUtdGVzdHMtd2l0aC0zMi1ieXRlcw';
  const NEW = 'bmV3LXNlY3JldC1vZi10aGUtdGVzdHMtd2l0aC0zMi1ieXRlcw';
  const PUBLIC_URL = 'http://gatehouse.test';
  const sealedBy = async (gateway: TestGateway, userId: string) => {
    const text = 'SELECT sealed_secret FROM totp_credentials WHERE user_id = ?';
    const [row] = await rows<{ sealed_secret: string }>(gateway, text, [userId]);
    return row?.sealed_secret.split('.')[0];
  };

  it('and the second factor moves over when it is used, its recovery codes with it', async () => {
    const before = await testGateway({ env: { SECRET_KEY: OLD, PUBLIC_URL } });
    const { id, email, secret, recoveryCodes } = await twoFactorUser(before);
    const env = { SECRET_KEY: NEW, SECRET_KEY_PREVIOUS: OLD, PUBLIC_URL };
    const during = await testGateway({ replicaOf: before, env });
    expect(await sealedBy(before, id)).toBe(before.dependencies.secretKeys.currentId);
    toNextStep(before);
    const code = appCode(before, secret);
    expectType(await complete(during, await challengeOf(during, email), code), 'LoginSuccess');
    expect(await sealedBy(before, id)).toBe(during.dependencies.secretKeys.currentId);
    expectType(await complete(during, await challengeOf(during, email), code), 'CodeProblem');

    const after = await testGateway({ replicaOf: before, env: { SECRET_KEY: NEW, PUBLIC_URL } });
    toNextStep(before);
    const right = [appCode(before, secret), recoveryCodes[0] ?? ''];
    for (const answer of right)
      expectType(await complete(after, await challengeOf(after, email), answer), 'LoginSuccess');
    expect(faults(after)).toEqual([]);
  });

  it('and a command moves those over that nobody uses', async () => {
    const before = await testGateway({ env: { SECRET_KEY: OLD, PUBLIC_URL } });
    const users = [await twoFactorUser(before), await twoFactorUser(before)];
    const env = { SECRET_KEY: NEW, SECRET_KEY_PREVIOUS: OLD, PUBLIC_URL };
    const during = await testGateway({ replicaOf: before, env });
    const { orm, secretKeys } = during.dependencies;
    const reencrypt = async () => await reencryptSeeds({ em: orm.em.fork(), secretKeys });
    expect(await reencrypt()).toEqual({ reencrypted: 2, lost: 0 });
    expect(await reencrypt()).toEqual({ reencrypted: 0, lost: 0 });
    const after = await testGateway({ replicaOf: before, env: { SECRET_KEY: NEW, PUBLIC_URL } });
    for (const { email, recoveryCodes } of users) {
      expectType(await complete(after, await challengeOf(after, email), recoveryCodes[0] ?? ''), 'LoginSuccess');
    }
  });

  it('and what the old one sealed opens nothing without it, and says so in the log', async () => {
    const before = await testGateway({ env: { SECRET_KEY: OLD, PUBLIC_URL } });
    const { id, email, secret, recoveryCodes } = await twoFactorUser(before);
    const after = await testGateway({ replicaOf: before, env: { SECRET_KEY: NEW, PUBLIC_URL } });
    const codes = [appCode(before, secret, 1), recoveryCodes[0] ?? ''];
    for (const code of codes) expectType(await complete(after, await challengeOf(after, email), code), 'CodeProblem');
    expect(faults(after)).toHaveLength(2);
    expect(faults(after)[0]).toContain(id);
    const { orm, secretKeys } = after.dependencies;
    expect(await reencryptSeeds({ em: orm.em.fork(), secretKeys })).toEqual({ reencrypted: 0, lost: 1 });
  });

  it('T1: the sealed seed of one account opens nothing in the row of another', async () => {
    const gateway = await testGateway();
    const [victim, thief] = [await twoFactorUser(gateway), await twoFactorUser(gateway)];
    const copy = `UPDATE totp_credentials SET last_step = 0,
      sealed_secret = (SELECT sealed_secret FROM totp_credentials WHERE user_id = ?) WHERE user_id = ?`;
    await rows(gateway, copy, [thief.id, victim.id]);
    toNextStep(gateway);
    const challenge = await challengeOf(gateway, victim.email);
    expectType(await complete(gateway, challenge, appCode(gateway, thief.secret)), 'CodeProblem');
    const { data } = await gateway.ask(MeDocument, {}, { token: victim.accessToken });
    expect(data.me?.twoFactorEnabled).toBe(true);
  });
});
