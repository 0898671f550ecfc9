import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATOR } from '../../../src/services/admin/administrator.js';
import { changeUser } from '../../../src/services/admin/change-user.js';
import { MeDocument, RequestEmailChangeDocument } from '../../generated/operations.js';
import {
  accountOf,
  atOnce,
  commandContext,
  faults,
  masked,
  quickUser,
  signedUp,
  wrongCode,
} from '../../support/accounts.js';
import { sharedGateway, type TestGateway, testGateway } from '../../support/app.js';
import {
  changeCodeOf,
  confirmChange,
  eventsOf,
  mailsTo,
  requestChange,
  signedInUser,
} from '../../support/email-change.js';
import { expectType, loggedIn, newEmail } from '../../support/journey.js';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await sharedGateway({ worker: true });
});
afterAll(() => gateway.close());

describe('a change of address', () => {
  it('is mailed to the new address with a code, and changes nothing until it is confirmed', async () => {
    const user = await signedInUser(gateway, { displayName: 'Ada', locale: 'de' });
    const to = newEmail();
    const accepted = expectType(
      await requestChange(gateway, user.accessToken, `  ${to.toUpperCase()} `),
      'MailAccepted',
    );
    expect(accepted).toMatchObject({ email: to, mailStatus: 'QUEUED' });
    const mail = await gateway.mailTo(to, { mail: 'change-email' });
    expect(mail.code).toBe(await changeCodeOf(gateway, user.id));
    expect(mail.text).toContain('Ada');
    expect(mail.link).toBeNull();
    expect((await accountOf(gateway, user.email))?.pendingEmail).toBe(to);
    expect((await gateway.ask(MeDocument, {}, { token: user.accessToken })).data.me?.email).toBe(user.email);
    await loggedIn(gateway, user.email);
  });

  it('to the present address is refused, and so is what is no address', async () => {
    const user = await signedInUser(gateway);
    const same = expectType(await requestChange(gateway, user.accessToken, user.email), 'AuthInputProblem');
    expect(same.fields).toMatchObject([{ path: ['input', 'newEmail'], rule: 'unchanged' }]);
    for (const address of [
      '',
      'x',
      'a@b',
      'a@b.c\r\nBcc: d@e.f',
      '"a b"@example.com',
      `${'a'.repeat(250)}@example.com`,
    ]) {
      expectType(await requestChange(gateway, user.accessToken, address), 'AuthInputProblem');
    }
    expect(faults(gateway)).toEqual([]);
  });

  it('is mailed once within the cool-down, also when it is asked for eight times at once', async () => {
    const user = await signedInUser(gateway);
    const to = newEmail();
    const answers = await atOnce(8, () => requestChange(gateway, user.accessToken, to));
    for (const answer of answers) expectType(answer, 'MailAccepted');
    expect(await mailsTo(gateway, to)).toEqual(['change-email']);
    const code = await changeCodeOf(gateway, user.id);
    gateway.clock.advance(61);
    await requestChange(gateway, user.accessToken, to);
    expect(await mailsTo(gateway, to)).toEqual(['change-email', 'change-email']);
    expect(await changeCodeOf(gateway, user.id)).not.toBe(code);
    expectType(await confirmChange(gateway, user.accessToken, code), 'CodeProblem');
  });

  it('to another address may follow at once, and ends the code of the first', async () => {
    const user = await signedInUser(gateway);
    const [typo, right] = [newEmail(), newEmail()];
    await requestChange(gateway, user.accessToken, typo);
    const first = await changeCodeOf(gateway, user.id);
    await requestChange(gateway, user.accessToken, right);
    expectType(await confirmChange(gateway, user.accessToken, first), 'CodeProblem');
    const code = await changeCodeOf(gateway, user.id);
    const { user: moved } = expectType(await confirmChange(gateway, user.accessToken, code), 'EmailChanged');
    expect(moved.email).toBe(right);
  });

  it("of one user does not touch another's to the same address", async () => {
    const [one, other] = [await signedInUser(gateway), await signedInUser(gateway)];
    const to = newEmail();
    await requestChange(gateway, one.accessToken, to);
    const code = await changeCodeOf(gateway, one.id);
    await requestChange(gateway, other.accessToken, to);
    const others = await changeCodeOf(gateway, other.id);
    expectType(await confirmChange(gateway, other.accessToken, code), 'CodeProblem');
    expectType(await confirmChange(gateway, one.accessToken, others), 'CodeProblem');
    expectType(await confirmChange(gateway, one.accessToken, code), 'EmailChanged');
    expectType(await confirmChange(gateway, other.accessToken, others), 'AuthConflictProblem');
  });
});

describe('S4: a change of address needs a recent sign-in', () => {
  it('and tells so when the last one is too old, which is noted', async () => {
    const user = await signedInUser(gateway);
    gateway.clock.advance(601);
    const to = newEmail();
    const refused = expectType(await requestChange(gateway, user.accessToken, to), 'AuthAccessProblem');
    expect(refused.code).toBe('REAUTHENTICATION_REQUIRED');
    expect(await mailsTo(gateway, to)).toEqual([]);
    expect((await accountOf(gateway, user.email))?.pendingEmail).toBeNull();
    const refusal = { type: 'EMAIL_CHANGE_REQUEST', success: false, actor_id: user.id };
    expect((await eventsOf(gateway, user.id)).at(-1)).toMatchObject({
      ...refusal,
      metadata: { reason: 'REAUTHENTICATION_REQUIRED' },
    });
  });

  it('and nobody without one can ask', async () => {
    const { data } = await gateway.ask(RequestEmailChangeDocument, { input: { newEmail: newEmail() } });
    expect(expectType(data.requestEmailChange, 'AuthAccessProblem').code).toBe('UNAUTHENTICATED');
  });
});

describe('E2: a request answers alike for every new address', () => {
  it('free, taken, disabled and waiting for its proof; only a proven owner is told', async () => {
    const free = newEmail();
    const { email: taken } = await quickUser(gateway);
    const { email: disabled } = await quickUser(gateway);
    await changeUser(commandContext(gateway), OPERATOR, { email: disabled }, { disabled: true });
    const { email: unproven } = await signedUp(gateway);
    const shapes = [];
    for (const to of [free, taken, disabled, unproven]) {
      const user = await signedInUser(gateway);
      const { status, body, headers } = await gateway.ask(
        RequestEmailChangeDocument,
        { input: { newEmail: to } },
        { token: user.accessToken },
      );
      const wrong = await confirmChange(gateway, user.accessToken, wrongCode(await changeCodeOf(gateway, user.id)));
      shapes.push([status, masked(body).replace(to, '<email>'), Object.keys(headers).sort(), wrong]);
      expect((await eventsOf(gateway, user.id)).find(({ type }) => type === 'EMAIL_CHANGE_REQUEST')).toMatchObject({
        success: true,
        metadata: {},
      });
    }
    for (const shape of shapes) expect(shape).toEqual(shapes[0]);
    expect(await mailsTo(gateway, free)).toEqual(['change-email']);
    expect((await mailsTo(gateway, taken)).at(-1)).toBe('already-registered');
    expect((await mailsTo(gateway, disabled)).at(-1)).toBe('already-registered');
    expect((await mailsTo(gateway, unproven)).at(-1)).toBe('change-email');
  });

  it('no code works for a taken address, and its owner is told once in a while', async () => {
    const { email: taken } = await quickUser(gateway);
    const [one, other] = [await signedInUser(gateway), await signedInUser(gateway)];
    await requestChange(gateway, one.accessToken, taken);
    await requestChange(gateway, other.accessToken, taken);
    expect((await mailsTo(gateway, taken)).filter((mail) => mail === 'already-registered')).toHaveLength(1);
    const code = await changeCodeOf(gateway, one.id);
    expectType(await confirmChange(gateway, one.accessToken, code), 'CodeProblem');
    expect((await accountOf(gateway, one.email))?.id).toBe(one.id);
    expect((await accountOf(gateway, taken))?.id).not.toBe(one.id);
  });

  it('and says that it is taken where accounts are not secret', async () => {
    const open = await testGateway({ env: { SIGNUP_REVEALS_ACCOUNTS: 'true' } });
    const { email: taken } = await quickUser(open);
    const user = await signedInUser(open);
    expect(expectType(await requestChange(open, user.accessToken, taken), 'IdentifierTakenProblem').code).toBe(
      'EMAIL_TAKEN',
    );
    expect((await eventsOf(open, user.id)).at(-1)).toMatchObject({
      type: 'EMAIL_CHANGE_REQUEST',
      success: false,
      metadata: { reason: 'EMAIL_TAKEN' },
    });
  });
});

/** The time of a call that little else came in the way of: what somebody who asks often enough sees. */
function lowerQuartile(times: number[]): number {
  return times.toSorted((one, other) => one - other)[Math.floor(times.length / 4)] ?? 0;
}

it('E3: a request takes as long for a taken address as for a free one', { retry: 2 }, async () => {
  const quiet = await testGateway();
  const { email: taken } = await quickUser(quiet);
  const { accessToken } = await signedInUser(quiet);
  const times: Record<'taken' | 'free', number[]> = { taken: [], free: [] };
  const timed = async (which: 'taken' | 'free', to: string) => {
    const started = performance.now();
    expectType(await requestChange(quiet, accessToken, to), 'MailAccepted');
    times[which].push(performance.now() - started);
  };
  for (let round = 0; round < 60; round += 1) {
    await timed('taken', taken);
    await timed('free', newEmail());
  }
  const [one, other] = [lowerQuartile(times.taken), lowerQuartile(times.free)];
  expect(Math.abs(one - other)).toBeLessThan(Math.max(2, one * 0.1));
});

describe('X1: requests are limited', () => {
  it('for each user, and mails for each address', async () => {
    const limited = await testGateway({ env: { RATE_LIMITS: 'signup=100/1h' } });
    const user = await signedInUser(limited);
    const to = newEmail();
    const names: string[] = [];
    for (let count = 0; count < 6; count += 1) {
      names.push((await requestChange(limited, user.accessToken, newEmail())).__typename);
    }
    expect(names).toEqual([...Array(5).fill('MailAccepted'), 'AuthRateLimitProblem']);
    const others = [await signedInUser(limited), await signedInUser(limited)];
    for (const { accessToken } of others) {
      for (let count = 0; count < 3; count += 1) await requestChange(limited, accessToken, to.toUpperCase());
    }
    limited.clock.advance(61);
    for (const { accessToken } of others) expectType(await requestChange(limited, accessToken, to), 'MailAccepted');
    limited.clock.advance(61);
    for (const { accessToken } of others) expectType(await requestChange(limited, accessToken, to), 'MailAccepted');
    expect((await mailsTo(limited, to)).filter((mail) => mail !== 'none')).toHaveLength(5);
  });
});
