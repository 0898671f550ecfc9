import { expect, it } from 'vitest';
import {
  LoginDocument,
  MySessionsDocument,
  RefreshDocument,
  RequestPasswordResetDocument,
  SignupDocument,
  UpdateProfileDocument,
} from '../generated/operations.js';
import { faults, quickUser } from '../support/accounts.js';
import { type TestGateway, testGateway } from '../support/app.js';
import { loggedIn, newEmail, PASSWORD } from '../support/journey.js';

const USERS = 6;

/** What the answers of one user who does everything at once are called. */
async function everything(gateway: TestGateway, email: string, from: string): Promise<unknown[]> {
  const { accessToken: token, refreshToken } = await loggedIn(gateway, email);
  const input = { refreshToken: refreshToken ?? '' };
  const by = { from };
  const answers = await Promise.all([
    gateway.ask(SignupDocument, { input: { email: newEmail(), password: PASSWORD } }, by),
    gateway.ask(LoginDocument, { input: { identifier: email, password: PASSWORD } }, by),
    gateway.ask(RefreshDocument, { input }, by),
    gateway.ask(RequestPasswordResetDocument, { input: { email } }, by),
    gateway.ask(UpdateProfileDocument, { input: { displayName: 'Ada' } }, { ...by, token }),
    gateway.ask(LoginDocument, { input: { identifier: newEmail(), password: PASSWORD } }, by),
    gateway.ask(MySessionsDocument, { first: 5 }, { ...by, token }),
  ]);
  return answers.flatMap(({ data }) =>
    Object.values(data).map(
      (one: object | null) => one && ('__typename' in one ? one.__typename : Object.keys(one).at(-1)),
    ),
  );
}

it.each(['1', '2', '3'])(
  'answers many requests at once with a pool of %s',
  async (max) => {
    const gateway = await testGateway({ env: { DATABASE_POOL_MAX: max }, worker: true });
    const users = await Promise.all(Array.from({ length: USERS }, () => quickUser(gateway)));
    const answers = await Promise.all(
      users.map(({ email }, index) => everything(gateway, email, `203.0.113.${index}`)),
    );
    for (const answer of answers) {
      expect(answer).toEqual([
        'SignupAccepted',
        'LoginSuccess',
        'RefreshSuccess',
        'MailAccepted',
        'ProfileUpdated',
        'InvalidCredentialsProblem',
        'totalCount',
      ]);
    }
    expect(faults(gateway)).toEqual([]);
  },
  60_000,
);
