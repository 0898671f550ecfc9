import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LoginDocument } from '../../generated/operations.js';
import { atOnce, faults, quickUser, rows, signedUp } from '../../support/accounts.js';
import { sharedGateway, type TestGateway } from '../../support/app.js';
import { expectType, newEmail, PASSWORD } from '../../support/journey.js';
import { appCode, challengeOf, complete, toNextStep, twoFactorUser, wrongAppCode } from '../../support/totp.js';

const WRONG = 'Wrong-Horse-7-Staple';
const HOME = '203.0.113.10';
const MOBILE = '203.0.113.20';
const OPEN = 'InvalidCredentialsProblem';
const LOCKED = 'AccountLockedProblem';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await sharedGateway();
});
afterAll(() => gateway.close());

const login = async (identifier: string, password: string, from: string) =>
  (await gateway.ask(LoginDocument, { input: { identifier, password } }, { from })).data.login;
const mistype = async (identifier: string, times: number, from: string) => {
  for (let count = 0; count < times; count += 1) expectType(await login(identifier, WRONG, from), OPEN);
};
const signIn = async (identifier: string, from = HOME) =>
  expectType(await login(identifier, PASSWORD, from), 'LoginSuccess');

let networks = 0;
/** An address in a network that nobody tried from before. */
const elsewhere = () => {
  networks += 1;
  return `198.51.${Math.floor(networks / 250)}.${networks % 250}`;
};

/** Wrong passwords, each from a network of its own. */
async function strangersTry(identifier: string, times: number): Promise<string[]> {
  const names = [];
  for (let count = 0; count < times; count += 1) names.push((await login(identifier, WRONG, elsewhere())).__typename);
  return names;
}

const times = (count: number, name: string) => Array<string>(count).fill(name);

/** Strangers try a name; `meanwhile` its owner does something, or nobody does. */
type Story = (name: string, meanwhile: () => Promise<unknown>) => Promise<string[]>;
const stories: [what: string, answers: string[], story: Story][] = [
  [
    'between the tries',
    [...times(5, OPEN), LOCKED, LOCKED],
    async (name, meanwhile) => {
      const before = await strangersTry(name, 3);
      await meanwhile();
      return [...before, ...(await strangersTry(name, 4))];
    },
  ],
  [
    'after each of them',
    [...times(5, OPEN), LOCKED],
    async (name, meanwhile) => {
      const answers = [];
      for (let count = 0; count < 4; count += 1) {
        answers.push(...(await strangersTry(name, 1)));
        await meanwhile();
      }
      return [...answers, ...(await strangersTry(name, 2))];
    },
  ],
  [
    'just before the count begins anew by itself',
    [...times(9, OPEN), LOCKED],
    async (name, meanwhile) => {
      const before = await strangersTry(name, 4);
      gateway.clock.advance(1_740);
      await meanwhile();
      gateway.clock.advance(120);
      return [...before, ...(await strangersTry(name, 6))];
    },
  ],
  [
    'once a lock is over',
    [...times(10, OPEN), LOCKED],
    async (name, meanwhile) => {
      const before = await strangersTry(name, 5);
      gateway.clock.advance(1_801);
      await meanwhile();
      const between = await strangersTry(name, 2);
      await meanwhile();
      return [...before, ...between, ...(await strangersTry(name, 4))];
    },
  ],
];

describe('E4: a name locks at the same try of strangers in many networks', () => {
  it.each(stories)('whether or not its owner signs in %s', async (_when, answers, story) => {
    const { email } = await quickUser(gateway);
    const { email: other } = await quickUser(gateway);
    expect(await story(email, () => signIn(email))).toEqual(answers);
    expect(await story(other, async () => undefined)).toEqual(answers);
    expect(await story(newEmail(), async () => undefined)).toEqual(answers);
  });

  it('whether or not its owner mistypes the password first', async () => {
    const { email } = await quickUser(gateway);
    await strangersTry(email, 2);
    await mistype(email, 2, HOME);
    await signIn(email);
    expect(await strangersTry(email, 4)).toEqual([OPEN, OPEN, OPEN, LOCKED]);
  });

  it('whether or not whoever signed up shows the password of an address that is not verified', async () => {
    const { email } = await signedUp(gateway);
    await strangersTry(email, 3);
    expectType(await login(email, PASSWORD, HOME), 'EmailNotVerifiedProblem');
    expect(await strangersTry(email, 3)).toEqual([OPEN, OPEN, LOCKED]);
  });

  it('also where tries and sign-ins come at once', async () => {
    const { email } = await quickUser(gateway);
    const answers = await atOnce(9, (index) =>
      index % 3 === 0 ? login(email, WRONG, elsewhere()) : login(email, PASSWORD, index % 2 === 0 ? HOME : MOBILE),
    );
    expect(answers.map(({ __typename }) => __typename).toSorted()).toEqual([
      ...times(3, OPEN),
      ...times(6, 'LoginSuccess'),
    ]);
    expect(await strangersTry(email, 3)).toEqual([OPEN, OPEN, LOCKED]);
    expect(faults(gateway)).toEqual([]);
  });
});

describe('L2: an owner who mistypes the password', () => {
  it('from two networks that they signed in from has all tries again once they sign in from either', async () => {
    const { email } = await quickUser(gateway);
    for (const from of [HOME, MOBILE]) await signIn(email, from);
    await mistype(email, 2, HOME);
    await mistype(email, 2, MOBILE);
    await signIn(email, MOBILE);
    await mistype(email, 4, HOME);
    await signIn(email, HOME);
    await strangersTry(email, 4);
    for (const from of [HOME, MOBILE]) await signIn(email, from);
  });

  it('in a new network has the tries of the one where they signed in again', async () => {
    const { email } = await quickUser(gateway);
    await mistype(email, 2, HOME);
    await mistype(email, 2, MOBILE);
    await signIn(email, MOBILE);
    await mistype(email, 2, MOBILE);
    await signIn(email, HOME);
    await mistype(email, 4, MOBILE);
    await signIn(email, MOBILE);
  });

  it('does not take failures off that ended with an earlier count', async () => {
    const { email } = await quickUser(gateway);
    await mistype(email, 2, HOME);
    await strangersTry(email, 3);
    gateway.clock.advance(1_801);
    await strangersTry(email, 3);
    await signIn(email);
    expect(await strangersTry(email, 3)).toEqual([OPEN, OPEN, LOCKED]);
  });

  it('ends with a sign-in what is a hundred in a row', async () => {
    const { email } = await quickUser(gateway);
    await strangersTry(email, 1);
    await rows(gateway, 'UPDATE login_failures SET total = 99 WHERE total > 0');
    await signIn(email);
    gateway.clock.advance(1_801);
    expect(await strangersTry(email, 3)).toEqual(times(3, OPEN));
  });
});

describe('E4: the second step', () => {
  it('locks at the same try of somebody who knows the password, whether or not the owner passes it meanwhile', async () => {
    for (const ownerSignsIn of [true, false]) {
      const { email, secret } = await twoFactorUser(gateway);
      const tryWrong = async () => {
        const ask = { from: elsewhere() };
        const answer = await complete(
          gateway,
          await challengeOf(gateway, email, ask),
          wrongAppCode(gateway, secret),
          ask,
        );
        return answer.__typename;
      };
      const answers = [await tryWrong(), await tryWrong(), await tryWrong()];
      if (ownerSignsIn) {
        const ask = { from: HOME };
        toNextStep(gateway, 2);
        const right = appCode(gateway, secret);
        expectType(await complete(gateway, await challengeOf(gateway, email, ask), right, ask), 'LoginSuccess');
      }
      for (let count = 0; count < 3; count += 1) answers.push(await tryWrong());
      expect(answers).toEqual([...times(5, 'CodeProblem'), LOCKED]);
    }
  });
});
