import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LoginDocument, MeDocument, SignupDocument } from '../../generated/operations.js';
import { sharedGateway, type TestGateway } from '../../support/app.js';
import { loggedIn, newEmail, PASSWORD, verifiedUser } from '../../support/journey.js';

let gateway: TestGateway;
let database: pg.Client;
beforeAll(async () => {
  gateway = await sharedGateway({ worker: true });
  database = new pg.Client({ connectionString: gateway.database.url });
  await database.connect();
});
afterAll(async () => {
  await database.end();
  await gateway.close();
});

function logOf(requestId: unknown): Record<string, { message?: string; table?: string } | string>[] {
  return gateway.logLines.map((line) => JSON.parse(line)).filter((line) => line.requestId === requestId);
}

describe('G7: a fault', () => {
  it('is masked with a request id, under which the log has its cause and no value of the row', async () => {
    await database.query(`ALTER TABLE users ADD CONSTRAINT sabotage CHECK (display_name <> 'sabotage')`);
    const email = newEmail();
    const from = gateway.logLines.length;
    const { data, errors, body, headers } = await gateway.ask(SignupDocument, {
      input: { email, password: PASSWORD, displayName: 'sabotage' },
    });
    expect(data).toBeNull();
    expect(errors).toEqual([
      {
        message: expect.stringContaining('request id'),
        path: ['signup'],
        extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: headers['x-request-id'] },
      },
    ]);
    expect(body).not.toMatch(/insert|constraint|users|sabotage|stack|\.ts/i);
    const fault = logOf(headers['x-request-id']).find((line) => line.msg === 'an internal error');
    expect(fault?.err).toMatchObject({ type: 'CheckConstraintViolationException', table: 'users' });
    const lines = gateway.logLines.slice(from).join('');
    expect(lines).toContain('sabotage');
    for (const value of [email, '$argon2', PASSWORD]) expect(lines).not.toContain(value);
    const { rowCount } = await database.query('SELECT FROM outbox_messages WHERE recipient = $1', [email]);
    expect(rowCount).toBe(0);
  });

  it('before the operation is masked likewise', async () => {
    const { accessTokens } = gateway.dependencies;
    const verify = accessTokens.verify;
    accessTokens.verify = () => Promise.reject(new Error('canary-of-the-cause'));
    try {
      const { status, errors, body, headers } = await gateway.ask(MeDocument, {}, { token: 'a.b.c' });
      expect(status).toBe(500);
      expect(body).not.toContain('canary-of-the-cause');
      expect(errors[0]?.extensions).toEqual({
        code: 'INTERNAL_SERVER_ERROR',
        requestId: headers['x-request-id'],
      });
      expect(errors[0]?.message).not.toMatch(/context/i);
      const logged = logOf(headers['x-request-id']).map((line) => JSON.stringify(line));
      expect(logged.join('')).toContain('canary-of-the-cause');
    } finally {
      accessTokens.verify = verify;
    }
  });

  it('in one field leaves the others answered', async () => {
    const { email } = await verifiedUser(gateway);
    const { accessToken: token } = await loggedIn(gateway, email);
    await database.query('ALTER TABLE sessions RENAME COLUMN device_name TO renamed');
    try {
      const { data, errors, body } = await gateway.send('{ me { id } currentSession { id } }', {}, { token });
      expect(data).toMatchObject({ me: { id: expect.any(String) }, currentSession: null });
      expect(errors).toMatchObject([{ path: ['currentSession'], extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
      expect(body).not.toContain('device_name');
    } finally {
      await database.query('ALTER TABLE sessions RENAME COLUMN renamed TO device_name');
    }
  });
});

describe('G7: an expected failure', () => {
  it('is data on a union, and an error with its code on any other field', async () => {
    const login = await gateway.ask(LoginDocument, { input: { identifier: 'nobody', password: 'x' } });
    expect(login).toMatchObject({ status: 200, errors: [] });
    expect(login.data.login).toMatchObject({ __typename: 'InvalidCredentialsProblem', code: 'INVALID_CREDENTIALS' });
    const sessions = await gateway.send('{ mySessions { totalCount } }');
    expect(sessions.errors).toMatchObject([{ path: ['mySessions'], extensions: { code: 'UNAUTHENTICATED' } }]);
    expect(sessions.errors[0]?.extensions).toEqual({ code: 'UNAUTHENTICATED' });
  });

  it('is no fault in the log', async () => {
    const from = gateway.logLines.length;
    await gateway.send('{ mySessions { totalCount } }');
    await gateway.ask(LoginDocument, { input: { identifier: '', password: 'x' } });
    expect(gateway.logLines.slice(from).map((line) => JSON.parse(line).level)).toEqual([30, 30]);
  });
});
