import { beforeAll, describe, expect, inject, it } from 'vitest';
import {
  ChangePasswordDocument,
  CompleteTwoFactorDocument,
  ConfirmTotpDocument,
  EnrolTotpDocument,
  MeDocument,
  ReauthenticateDocument,
  RequestPasswordResetDocument,
  ResetPasswordDocument,
  VerifyPasswordResetCodeDocument,
} from '../generated/operations.js';
import { databaseText, watchRedis } from '../support/all-data.js';
import { setUpShared } from '../support/cleanup.js';
import { expectType, newEmail } from '../support/journey.js';
import { argumentDocuments, callOf, documentOf, mutationInputs } from '../support/operation-calls.js';
import type { ChildAsk } from '../support/process.js';
import { codeAt } from '../support/totp.js';
import {
  account,
  login,
  mailedCode,
  mailsAreOut,
  refusedSoon,
  type TwoProcesses,
  tokensOf,
  twoProcesses,
  WIDE_LIMITS,
} from '../support/two-processes.js';

const FIRST = 'Canary-First-Quartz-71';
const SECOND = 'Canary-Second-Quartz-72';
const THIRD = 'Canary-Third-Quartz-73';
const WRONG = 'Canary-Wrong-Quartz-74';

let parts: TwoProcesses;

/** The second factor from its beginning to a sign-in; what of it is secret. */
async function goesByTwoFactors(email: string): Promise<string[]> {
  const { one, other } = parts;
  const { token, refreshToken } = await tokensOf(one, email, FIRST);
  const { secret } = expectType((await other.ask(EnrolTotpDocument, {}, { token })).data.enrolTotp, 'TotpEnrolment');
  const now = Math.floor(Date.now() / 30_000);
  const first = codeAt(secret, now);
  const confirmed = await one.ask(ConfirmTotpDocument, { input: { code: first } }, { token });
  const { codes } = expectType(confirmed.data.confirmTotp, 'RecoveryCodes');

  const { challenge } = expectType(await login(other, email, FIRST), 'TwoFactorRequired');
  const second = codeAt(secret, now + 1);
  const tries = await Promise.all(
    [one, other, one, other].map((gateway) =>
      gateway.ask(CompleteTwoFactorDocument, { input: { challenge, code: second } }),
    ),
  );
  const opened = tries.filter(({ data }) => data.completeTwoFactor.__typename === 'LoginSuccess');
  expect(opened).toHaveLength(1);
  return [refreshToken, secret, first, second, challenge, ...codes];
}

/** A reset that is begun at one process and ended at the other; what of it is secret. */
async function resets(email: string, mailsSoFar: number): Promise<string[]> {
  const { one, other } = parts;
  const asked = await one.ask(RequestPasswordResetDocument, { input: { email } });
  expectType(asked.data.requestPasswordReset, 'MailAccepted');
  const code = await mailedCode(parts, email, mailsSoFar + 1);
  const verified = await other.ask(VerifyPasswordResetCodeDocument, { input: { email, code } });
  const { resetToken } = expectType(verified.data.verifyPasswordResetCode, 'PasswordResetTicket');
  const results = await Promise.all(
    [one, other, one, other].map((gateway) =>
      gateway.ask(ResetPasswordDocument, { input: { resetToken, newPassword: THIRD } }),
    ),
  );
  const won = results.filter(({ data }) => data.resetPassword.__typename === 'PasswordResetSuccess');
  expect(won).toHaveLength(1);
  return [resetToken];
}

/** Something that is typed into an operation, and must not be found again. */
interface Planted {
  where: string;
  secret: string;
  /** Whether it is kept in rows and mails, for its owner or for those who administer. */
  isKept?: boolean;
  query: string;
  variables?: unknown;
  ask?: ChildAsk;
}

/** Digits that no clock and no counter shows. */
const NUMBER = 4_711_471_147_114_711;
/** Names and addresses, and the ticket, the role and the name of a service that an admin writes down. */
const KEPT = ['email', 'newEmail', 'username', 'displayName', 'ticket', 'role', 'name'];

let secretsSoFar = 0;
function newSecret(): string {
  secretsSoFar += 1;
  return `canary${secretsSoFar}quartz`;
}

/** The secret as its place wants it, so that it gets as far as a real one. */
function wellFormed(name: string, secret: string): string {
  if (name === 'email' || name === 'newEmail') return `${secret}@example.com`;
  return /password/i.test(name) ? `${secret}-Aa1!` : secret;
}

/** An input that gets past the rules, about an account that there is. */
function realInput(field: string, input: Readonly<Record<string, string>>, email: string): Record<string, string> {
  const real = (name: string, text: string) => {
    if (name === 'email' || name === 'identifier') return field === 'signup' ? newEmail() : email;
    if (name === 'newEmail') return newEmail();
    if (name === 'username') return `user-${newSecret()}`;
    if (name === 'role') return 'user';
    return /password/i.test(name) ? WRONG : text;
  };
  return Object.fromEntries(Object.entries(input).map(([name, text]) => [name, real(name, text)]));
}

/** A text of an input in the ways in which it can be sent: right and wrong, as a variable and in the document. */
function inInput(field: string, name: string, input: Record<string, string>): Planted[] {
  const variable = (write: (secret: string) => unknown, secret = newSecret()): Planted => ({
    where: `${field} ${name} as a variable`,
    secret,
    query: documentOf(field),
    variables: { input: { ...input, [name]: write(secret) } },
  });
  const literal = (write: (secret: string) => string, secret = newSecret()): Planted => ({
    where: `${field} ${name} in the document`,
    secret,
    query: `mutation { ${callOf(field, input, { [name]: write(secret) })} }`,
  });
  const isKept = KEPT.includes(name);
  return [
    { ...variable((secret) => wellFormed(name, secret)), isKept },
    { ...literal((secret) => JSON.stringify(wellFormed(name, secret))), isKept },
    variable((secret) => ({ [secret]: secret })),
    variable(() => NUMBER, String(NUMBER)),
    literal((secret) => `{ a: "${secret}" }`),
    literal((secret) => `"${secret}`),
  ];
}

/** Every argument that is no input of a mutation; the router's are not in the published schema. */
const everyArgument: Readonly<Record<string, string>> = {
  ...argumentDocuments,
  'Query._entities(representations)': 'query($value: [_Any!]!) { _entities(representations: $value) { __typename } }',
};

function inArguments(): Planted[] {
  return Object.entries(everyArgument).flatMap(([where, query]) =>
    [
      (secret: string) => secret,
      (secret: string) => Buffer.from(secret).toString('base64url'),
      (secret: string) => ({ [secret]: secret }),
      (secret: string) => [{ __typename: 'User', id: secret }],
    ].map((write) => {
      const secret = newSecret();
      return { where, secret, query, variables: { value: write(secret) } };
    }),
  );
}

/** Where a request has room for text beside the arguments. */
function aroundThem(): Planted[] {
  const query = 'mutation { refresh { __typename } }';
  const headers = [
    'authorization',
    'cookie',
    'x-csrf-token',
    'x-router-secret',
    'router-authorization',
    'x-service-id',
    'x-service-secret',
    'referer',
  ];
  const inHeaders = headers.map((name) => {
    const secret = newSecret();
    const text = {
      authorization: `Bearer ${secret}`,
      cookie: `gatehouse-refresh=${secret}; gatehouse-device=${secret}`,
    };
    return { where: name, secret, query, ask: { headers: { [name]: text[name as keyof typeof text] ?? secret } } };
  });
  const places: Record<string, (secret: string) => Pick<Planted, 'query' | 'variables'>> = {
    'a comment': (secret) => ({ query: `${query} # ${secret}` }),
    'an unused variable': (secret) => ({ query, variables: { [secret]: secret } }),
    'the name of the operation': (secret) => ({ query: query.replace('mutation', `mutation ${secret}`) }),
  };
  const inDocuments = Object.entries(places).map(([where, write]) => {
    const secret = newSecret();
    return { where, secret, ...write(secret) };
  });
  return [...inHeaders, ...inDocuments];
}

interface SchemaType {
  name: string;
  fields: { name: string; args: { name: string }[] }[] | null;
}

/** The arguments of the running schema, but for the inputs. */
async function argumentsOfSchema(): Promise<string[]> {
  const { data } = await parts.one.send('{ __schema { types { name fields { name args { name } } } } }');
  const schema = data?.__schema as { types: SchemaType[] } | undefined;
  return (schema?.types ?? [])
    .filter(({ name }) => !name.startsWith('__'))
    .flatMap(({ name, fields }) =>
      (fields ?? []).flatMap((field) => field.args.map((argument) => `${name}.${field.name}(${argument.name})`)),
    )
    .filter((argument) => !argument.endsWith('(input)'));
}

const AT_ONCE = 8;

/** Sends each to both processes; no answer repeats it. */
async function plant(all: Planted[], token: string): Promise<void> {
  const queue = all.flatMap((one) => parts.both.map((gateway) => ({ gateway, ...one })));
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
        const { gateway, query, variables, where, secret, ask } = next;
        const { status, body } = await gateway.send(query, variables, ask ?? { token });
        expect(status, where).toBeLessThan(500);
        expect(body.toLowerCase(), where).not.toContain(secret);
      }
    }),
  );
}

/** All that both processes wrote anywhere, once every mail of theirs is out. */
async function placesWith(redis: { stop(): string }): Promise<Record<string, string>> {
  await mailsAreOut(parts);
  return {
    'the first log': parts.one.output(),
    'the second log': parts.other.output(),
    redis: redis.stop(),
    'the database': await databaseText(parts.databaseUrl),
    'the mails': parts.server.received.map(({ text }) => text).join('\n'),
  };
}

describe.skipIf(inject('redisUrl') === null)('on two processes', () => {
  beforeAll(async () => {
    // Whatever is tried here is compared, however often it was tried before.
    const settings = { RATE_LIMITS: WIDE_LIMITS, LOCKOUT_THRESHOLD: '1000' };
    const shared = await setUpShared(() => twoProcesses(settings));
    ({ parts } = shared);
    return shared.close;
  });

  it('U2, Q1: through every flow no secret stays in a log line, a row, a job or an answer', async () => {
    const { one, other } = parts;
    const redis = await watchRedis(parts.redisUrl);
    const { email, code: verification } = await account(parts, { password: FIRST });

    await login(one, email, WRONG);
    const before = await tokensOf(one, email, FIRST);
    const twoFactor = await goesByTwoFactors(email);
    await refusedSoon(other, before.token);

    const { email: second } = await account(parts, { password: FIRST });
    const held = await tokensOf(one, second, FIRST);
    const proven = await other.ask(ReauthenticateDocument, { input: { password: FIRST } }, { token: held.token });
    const { tokens } = expectType(proven.data.reauthenticate, 'Reauthenticated');
    const change = { input: { currentPassword: FIRST, newPassword: SECOND } };
    const changed = await one.ask(ChangePasswordDocument, change, { token: tokens.accessToken });
    const fresh = expectType(changed.data.changePassword, 'PasswordChanged').tokens;
    await refusedSoon(other, tokens.accessToken);

    const mails = (await parts.server.waitFor(2, { to: second })).length;
    const reset = await resets(second, mails);
    await refusedSoon(one, fresh.accessToken);
    await tokensOf(other, second, THIRD);

    const secrets = [FIRST, SECOND, THIRD, WRONG, ...twoFactor, ...reset, before.token, before.refreshToken];
    const places = await placesWith(redis);
    for (const [place, text] of Object.entries(places)) {
      expect(text.length, place).toBeGreaterThan(1_000);
      // Six digits also turn up in numbers that are none of ours.
      for (const secret of secrets.filter((one) => one.length > 6)) expect(text.includes(secret), place).toBe(false);
    }
    expect(places.redis).not.toContain(`"${verification}"`);
  });

  it('U2, G7, Q1: a secret in any input of any operation is in no answer, log line, row, job or mail', async () => {
    expect((await argumentsOfSchema()).sort()).toEqual(Object.keys(everyArgument).sort());
    const redis = await watchRedis(parts.redisUrl);
    const { email } = await account(parts, { password: FIRST });
    // What an admin types gets as far as it can.
    await parts.rows(`UPDATE users SET role = 'admin' WHERE email = '${email}'`);
    const { token } = await tokensOf(parts.one, email, FIRST);
    const inInputs = mutationInputs.flatMap(([field, input]) =>
      Object.keys(input).flatMap((name) => inInput(field, name, realInput(field, input, email))),
    );
    const all = [...inInputs, ...inArguments(), ...aroundThem()];
    await plant(all, token);
    const { errors } = await parts.other.ask(MeDocument, {}, { token });
    expect(errors, 'still signed in, so that nothing was refused for that').toBeUndefined();

    const places = await placesWith(redis);
    for (const [place, text] of Object.entries(places)) {
      expect(text.length, place).toBeGreaterThan(1_000);
      const keeps = place === 'the database' || place === 'the mails';
      const written = text.toLowerCase();
      const found = all.filter(({ secret, isKept }) => !(isKept && keeps) && written.includes(secret));
      expect(
        found.map(({ where }) => where),
        place,
      ).toEqual([]);
      // What is kept was looked for as well, and found where it belongs.
      if (keeps)
        expect(
          all.some(({ secret, isKept }) => isKept && written.includes(secret)),
          place,
        ).toBe(true);
    }
  });
});
