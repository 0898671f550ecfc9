import { randomBytes } from 'node:crypto';
import {
  LoginDocument,
  type LoginMutation,
  SignupDocument,
  type SignupInput,
  VerifyEmailDocument,
} from '../generated/operations.js';
import type { Ask, TestGateway } from './app.js';

/** A password that every policy accepts. */
export const PASSWORD = 'Correct-Horse-7-Staple';

/** An address that no other test uses. */
export function newEmail(): string {
  return `user-${randomBytes(6).toString('hex')}@example.com`;
}

/** Narrows a result union to the member that the test expects, and shows the whole answer when it is another. */
export function expectType<Result extends { __typename: string }, Name extends Result['__typename']>(
  result: Result | undefined | null,
  name: Name,
): Extract<Result, { __typename: Name }> {
  if (result?.__typename !== name) throw new Error(`Expected ${name}, got ${JSON.stringify(result)}`);
  return result as Extract<Result, { __typename: Name }>;
}

/** Signs up, reads the code from the mail and verifies; the gateway needs a worker. */
export async function verifiedUser(
  gateway: TestGateway,
  input: Partial<SignupInput> = {},
): Promise<{ email: string; id: string; exchangeToken: string }> {
  const email = input.email ?? newEmail();
  const signup = await gateway.ask(SignupDocument, { input: { password: PASSWORD, ...input, email } });
  expectType(signup.data.signup, 'SignupAccepted');
  const { code } = await gateway.mailTo(email, { mail: 'verify-email' });
  const verified = await gateway.ask(VerifyEmailDocument, { input: { email, code: code ?? '' } });
  const { user, exchangeToken } = expectType(verified.data.verifyEmail, 'EmailVerified');
  return { email, id: user.id, exchangeToken };
}

type LoginSuccess = Extract<LoginMutation['login'], { __typename: 'LoginSuccess' }>;

/** Signs in with tokens in the body. */
export async function loggedIn(
  gateway: TestGateway,
  identifier: string,
  options: { rememberMe?: boolean; deviceName?: string; ask?: Ask } = {},
): Promise<LoginSuccess & { accessToken: string; refreshToken: string }> {
  const { rememberMe = false, deviceName, ask } = options;
  const input = { identifier, password: PASSWORD, rememberMe, deviceName, tokenDelivery: 'BODY' as const };
  const { data } = await gateway.ask(LoginDocument, { input }, ask);
  const success = expectType(data.login, 'LoginSuccess');
  return { ...success, accessToken: success.tokens.accessToken, refreshToken: success.tokens.refreshToken ?? '' };
}
