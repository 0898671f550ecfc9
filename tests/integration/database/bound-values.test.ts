import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { LoginDocument, LogoutDocument, MeDocument, RefreshDocument } from '../../generated/operations.js';
import { faults, quickUser, rows } from '../../support/accounts.js';
import { testGateway } from '../../support/app.js';
import { expectType, loggedIn, PASSWORD, verifiedUser } from '../../support/journey.js';
import { documentOf, mutationInputs } from '../../support/operation-calls.js';
import { watchStatements } from '../../support/statements.js';

/** Hashes, ids, times and addresses, as none of our texts has them. */
const VALUES = /\$argon2|'[0-9a-f]{8}-[0-9a-f]{4}-|'\d{4}-\d\d-\d\dT|@example\.com|Canary4711|127\.0\.0\.1/i;

it('sends every value of every operation apart from its statement', async () => {
  const gateway = await testGateway({ worker: true });
  const sent = watchStatements();
  const { email } = await verifiedUser(gateway, { displayName: 'Canary4711' });
  const { accessToken: token, refreshToken } = await loggedIn(gateway, email, { deviceName: 'Canary4711' });
  await gateway.ask(MeDocument, {}, { token });
  const { data } = await gateway.ask(RefreshDocument, { input: { refreshToken } });
  expectType(data.refresh, 'RefreshSuccess');
  for (const [field, input] of mutationInputs) {
    if (field !== 'deleteAccount') await gateway.send(documentOf(field), { input }, { token });
  }
  await gateway.send(documentOf('deleteAccount'), { input: { password: PASSWORD } }, { token });
  await gateway.ask(LogoutDocument, {}, { token });
  expect(faults(gateway)).toEqual([]);
  expect(sent.filter(({ values }) => values > 0).length).toBeGreaterThan(100);
  expect(sent.map(({ text }) => text).filter((text) => VALUES.test(text))).toEqual([]);
});

it('keeps values out of the log of PostgreSQL where a statement fails', async () => {
  const gateway = await testGateway({});
  const { email } = await quickUser(gateway);
  const client = new pg.Client({ connectionString: gateway.database.url });
  await client.connect();
  onTestFinished(() => client.end());
  const { rows: found } = await client.query("SELECT current_setting('data_directory') AS directory");
  const log = () => readFile(join(found[0].directory, 'server.log'), 'utf8');
  await client.query(`
    CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused for ${email.slice(0, 17)}'; END $$;
    CREATE TRIGGER fail BEFORE INSERT ON sessions FOR EACH ROW EXECUTE FUNCTION fail()`);
  const before = (await log()).length;
  const input = { identifier: email, password: PASSWORD, deviceName: 'Canary4711' };
  expect((await gateway.ask(LoginDocument, { input })).errors[0]?.message).toBeDefined();
  const [user] = await rows<{ id: string }>(gateway, `SELECT id FROM users WHERE email = '${email}'`);
  const told = (await log()).slice(before);
  const statement = told.slice(told.indexOf(`refused for ${email.slice(0, 17)}`));
  expect(statement).toContain('INSERT INTO sessions');
  expect(statement).toContain('$1');
  expect(statement.includes('Canary4711') || statement.includes(user?.id ?? email)).toBe(false);
});
