import { User } from '../../src/entities/user.js';
import { deriveCode, deriveToken } from '../../src/services/one-time-codes/derive.js';
import { contextWithoutClient } from '../../src/services/use-case.js';
import { SignupDocument, type SignupInput, VerifyEmailDocument } from '../generated/operations.js';
import type { TestGateway } from './app.js';
import { expectType, newEmail, PASSWORD } from './journey.js';

type Row = Record<string, unknown>;

/** Asks the gateway's database. */
export async function rows<Found extends Row = Row>(
  gateway: TestGateway,
  text: string,
  values: unknown[] = [],
): Promise<Found[]> {
  return await gateway.dependencies.orm.em.fork().execute<Found[]>(text, values);
}

/** What the mail of an address shows, derived from its row as the worker does it; spares a test that is not about mail the wait. */
export async function mailedTo(
  gateway: TestGateway,
  email: string,
  purpose: 'VERIFY_EMAIL' | 'RESET_PASSWORD' = 'VERIFY_EMAIL',
): Promise<{ code: string; token: string }> {
  const text = 'SELECT id, key_id FROM one_time_codes WHERE purpose = ? AND address = ?';
  const [row] = await rows<{ id: string; key_id: string }>(gateway, text, [purpose, email]);
  if (row === undefined) throw new Error(`No code for ${email}.`);
  const identity = { id: row.id, keyId: row.key_id, purpose, address: email };
  const { secretKeys } = gateway.dependencies;
  return { code: deriveCode(secretKeys, identity), token: deriveToken(secretKeys, identity) };
}

/** A code of the right form that is not this one. */
export function wrongCode(right: string, offset = 1): string {
  return String((Number(right) + offset) % 1_000_000).padStart(6, '0');
}

/** Signs up without verifying. */
export async function signedUp(gateway: TestGateway, input: Partial<SignupInput> = {}): Promise<{ email: string }> {
  const email = input.email ?? newEmail();
  const { data } = await gateway.ask(SignupDocument, { input: { password: PASSWORD, ...input, email } });
  expectType(data.signup, 'SignupAccepted');
  return { email };
}

/** Signs up and verifies, without a worker. */
export async function quickUser(
  gateway: TestGateway,
  input: Partial<SignupInput> = {},
): Promise<{ email: string; id: string; exchangeToken: string }> {
  const { email } = await signedUp(gateway, input);
  const { code } = await mailedTo(gateway, email);
  const { data } = await gateway.ask(VerifyEmailDocument, { input: { email, code } });
  const { user, exchangeToken } = expectType(data.verifyEmail, 'EmailVerified');
  return { email, id: user.id, exchangeToken };
}

/** The account of an address as it is stored. */
export async function accountOf(gateway: TestGateway, email: string): Promise<User | null> {
  return await gateway.dependencies.orm.em.fork().findOne(User, { email }, { populate: ['passwordHash'] });
}

/** The context of a command of the operator. */
export function commandContext(gateway: TestGateway) {
  return contextWithoutClient(gateway.dependencies, 'cli-test');
}

/** The faults that the gateway logged. */
export function faults(gateway: TestGateway): string[] {
  return gateway.logLines.filter((line) => (JSON.parse(line) as { level: number }).level >= 50);
}

/** An answer's text without what differs from call to call: times and ids. */
export function masked(text: string): string {
  return text
    .replace(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, '<time>')
    .replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<id>');
}

/** Runs a task so many times at once. */
export async function atOnce<Result>(times: number, task: (index: number) => Promise<Result>): Promise<Result[]> {
  return await Promise.all(Array.from({ length: times }, (_, index) => task(index)));
}
