import { afterAll, beforeAll, expect, it } from 'vitest';
import { quickUser } from '../../support/accounts.js';
import { type Ask, sharedGateway, type TestGateway } from '../../support/app.js';
import { loggedIn, PASSWORD } from '../../support/journey.js';

const REVOKE = 'mutation { ended: revokeOtherSessions { __typename } }';
const INVALID_TOKEN = 'Bearer error="invalid_token"';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await sharedGateway();
});
afterAll(() => gateway.close());

async function accessProblemsOf(document: string, ask: Ask = {}, variables?: object) {
  const { body, headers } = await gateway.send(document, variables, ask);
  return { extensions: JSON.parse(body).extensions, challenge: headers['www-authenticate'] };
}

it('lists an access problem that no document selected, and reports the rejected token', async () => {
  const problems = [{ path: ['ended'], code: 'UNAUTHENTICATED' }];
  expect(await accessProblemsOf(REVOKE, { token: 'x.y.z' })).toEqual({
    extensions: { problems, auth: { code: 'UNAUTHENTICATED' } },
    challenge: INVALID_TOKEN,
  });
  expect(await accessProblemsOf(REVOKE)).toEqual({ extensions: { problems }, challenge: undefined });
});

it('lists a required reauthentication, whose token is valid', async () => {
  const { accessToken: token } = await loggedIn(gateway, (await quickUser(gateway)).email);
  const { reauthenticationTtl, accessTokenTtl } = gateway.dependencies.settings;
  expect(reauthenticationTtl).toBeLessThan(accessTokenTtl);
  gateway.clock.advance(reauthenticationTtl + 1);
  expect(await accessProblemsOf(REVOKE, { token })).toEqual({
    extensions: { problems: [{ path: ['ended'], code: 'REAUTHENTICATION_REQUIRED' }] },
    challenge: undefined,
  });
});

it('reports the rejected token of a query, whose problem is among the errors', async () => {
  const answer = await accessProblemsOf('{ me { id } }', { token: 'x.y.z' });
  expect(answer).toEqual({ extensions: { auth: { code: 'UNAUTHENTICATED' } }, challenge: INVALID_TOKEN });
});

it('says nothing of a token that the operation does not need', async () => {
  const { email: identifier } = await quickUser(gateway);
  const document = 'mutation($input: LoginInput!) { login(input: $input) { __typename } }';
  const answer = await accessProblemsOf(document, { token: 'x.y.z' }, { input: { identifier, password: PASSWORD } });
  expect(answer).toEqual({ extensions: undefined, challenge: undefined });
});
