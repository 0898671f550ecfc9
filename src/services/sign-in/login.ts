import { OneTimeCode } from '../../entities/one-time-code.js';
import { User } from '../../entities/user.js';
import { addSeconds } from '../../lib/clock.js';
import { countedName } from '../../lib/email-key.js';
import { workOnRowsOf } from '../../lib/request-scope.js';
import { type Sql, sql, sqlText } from '../../lib/sql.js';
import { type Problem, problem } from '../../problems.js';
import { readAdmitted } from '../admission.js';
import { type Attempt, countedTry } from '../attempts/counted-try.js';
import type { TrySubject } from '../attempts/subject.js';
import { recordEvent } from '../audit/record-event.js';
import { isUsualDevice, presentedDevice } from '../devices/known-devices.js';
import type { ChallengeNote, TwoFactorRequired } from '../two-factor/challenge.js';
import type { UseCaseContext } from '../use-case.js';
import { comparedKey } from '../users/address-owner.js';
import { ACCOUNT_PROPERTIES, type Account, columnsOf } from '../users/user-columns.js';
import { inTransaction } from '../work.js';
import { nextStep, type Opened, openSession } from './open-session.js';
import type { PasswordChangeRequired } from './password-change-required.js';
import { finishSignIn, type SignedIn, type SignInClient, type SignInContext, signInOnUsualDevice } from './sign-in.js';

/** Credentials of a login, and the parameters of its session. */
export interface LoginInput extends SignInClient, ChallengeNote {
  /** Email address or username, in lower case. */
  identifier: string;
  password: string;
  rememberMe: boolean;
  deviceName: string | null;
}

type Needs = SignInContext & Pick<UseCaseContext, 'passwordHasher'>;
type LoginProblem = Problem<'INVALID_CREDENTIALS' | 'EMAIL_NOT_VERIFIED' | 'ACCOUNT_LOCKED' | 'ACCOUNT_DISABLED'>;
type LoginOutcome = SignedIn | TwoFactorRequired | PasswordChangeRequired | LoginProblem;

const COLUMNS = sqlText(columnsOf(ACCOUNT_PROPERTIES));
const FIRST_METHODS = ['pwd'];

interface Found {
  user: Account;
  /** The key by which the account knows the device. */
  knownDevice: string | null;
  /** True if the account knows the device, at least by its traits, or knows no device yet. */
  isUsualDevice: boolean;
}

/** Finds the account with the username, or with this exact address, otherwise with the same mailbox. */
function findStatement(context: Needs, { identifier, deviceToken }: LoginInput): Sql {
  const device = presentedDevice(context, deviceToken);
  const select = sql`
    SELECT ${COLUMNS}, ${isUsualDevice(sql`users.id`, device)} AS is_usual_device, (
      SELECT d.device_key FROM known_devices d WHERE d.user_id = users.id AND d.device_key = ${device.tokenKey}) AS known_device
    FROM users`;
  if (!identifier.includes('@')) return sql`${select} WHERE username_key = ${identifier}`;
  const key = comparedKey(context, identifier);
  return sql`${select} WHERE email = ${identifier} OR email_key = ${key} ORDER BY email = ${identifier} DESC LIMIT 1`;
}

async function findAccount(context: Needs, input: LoginInput): Promise<Found | undefined> {
  const [row] = await readAdmitted(context, findStatement(context, input));
  if (row === undefined) return undefined;
  const { known_device: knownDevice, is_usual_device: isUsual, ...columns } = row;
  return {
    user: context.em.map(User, columns),
    knownDevice: knownDevice as string | null,
    isUsualDevice: isUsual === true,
  };
}

/** A device that has signed in to the account before has attempts of its own, which a stranger cannot use up. */
function subjectOf({ settings }: Needs, found: Found | undefined, identifier: string): TrySubject {
  if (found === undefined || found.knownDevice === null) {
    return { scope: 'identifier', value: countedName(settings.emailDeduplication, identifier) };
  }
  return { scope: 'device', userId: found.user.id, deviceKey: found.knownDevice };
}

async function notVerified(context: Needs, email: string): Promise<Problem<'EMAIL_NOT_VERIFIED'>> {
  const now = context.clock.now();
  const code = await context.em.findOne(OneTimeCode, { purpose: 'VERIFY_EMAIL', address: email });
  const availableAt = code === null ? now : addSeconds(code.issuedAt, context.settings.codeResendSeconds);
  return problem('EMAIL_NOT_VERIFIED', { resendAvailableAt: availableAt > now ? availableAt : now });
}

/**
 * Upgrades a hash to the current cost while the password is at hand. The condition protects a change made in the
 * meantime.
 */
async function renewHash(context: Needs, { user }: Found, password: string): Promise<void> {
  if (!context.passwordHasher.isOutdated(user.passwordHash)) return;
  const passwordHash = await context.passwordHasher.hash(password);
  await context.em.nativeUpdate(User, { id: user.id, passwordHash: user.passwordHash }, { passwordHash });
}

async function refuse(context: Needs, user: Account | null, reason: LoginProblem['code']): Promise<void> {
  const userId = user?.id ?? null;
  await recordEvent(context.em, context, { type: 'LOGIN', success: false, userId, metadata: { reason } });
}

function sessionOf(context: Needs, user: Account, input: LoginInput) {
  const { rememberMe, deviceName, tokenDelivery, deviceToken, keepsDeviceToken } = input;
  const proof = { authenticationMethods: FIRST_METHODS, authenticatedAt: context.clock.now() };
  return { user, rememberMe, deviceName, tokenDelivery, deviceToken, keepsDeviceToken, ...proof };
}

/** Opens what a correct password permits. The count is reset in the same transaction. */
async function open(context: Needs, found: Found, input: LoginInput, attempt: Attempt): Promise<Opened | undefined> {
  const { user } = found;
  // The count comes last: a reset holds the user's row when it clears the attempts, and every transaction takes the two
  // in this order.
  const isPlain = found.isUsualDevice && nextStep(sessionOf(context, user, input)) === 'SESSION';
  if (!isPlain) {
    return await inTransaction(context, async (work) => {
      const opened = await openSession(context, work, sessionOf(context, user, input), 'LOGIN');
      await attempt.succeeded(work.em);
      return opened;
    });
  }
  const signedIn = await signInOnUsualDevice(context, sessionOf(context, user, input), 'LOGIN', attempt.success());
  return (
    signedIn ??
    (await inTransaction(context, (work) => openSession(context, work, sessionOf(context, user, input), 'LOGIN')))
  );
}

async function tryPassword(
  context: Needs,
  found: Found | undefined,
  input: LoginInput,
  attempt: Attempt,
): Promise<Opened | LoginProblem> {
  const matches = await context.passwordHasher.verify(found?.user.passwordHash, input.password);
  if (found === undefined || !matches) {
    await refuse(context, found?.user ?? null, 'INVALID_CREDENTIALS');
    await attempt.failed(found?.user ?? null);
    return problem('INVALID_CREDENTIALS');
  }
  const { user } = found;
  workOnRowsOf(`user:${user.id}`);
  if (user.disabledAt !== null || user.emailVerifiedAt === null) {
    await context.em.transactional((em) => attempt.succeeded(em));
    const refused = user.disabledAt === null ? await notVerified(context, user.email) : problem('ACCOUNT_DISABLED');
    await refuse(context, user, refused.code);
    return refused;
  }
  await renewHash(context, found, input.password);
  const opened = await open(context, found, input, attempt);
  if (opened === undefined) await refuse(context, user, 'INVALID_CREDENTIALS');
  return opened ?? problem('INVALID_CREDENTIALS');
}

/**
 * Signs in by password. Unknown accounts and wrong passwords get the same response and cause the same work, whether
 * locked or not. Only somebody with the correct password learns the state of the account.
 */
export async function login(context: Needs, input: LoginInput): Promise<LoginOutcome> {
  const found = await findAccount(context, input);
  const subject = subjectOf(context, found, input.identifier);
  const outcome = await countedTry(context, subject, (attempt) => tryPassword(context, found, input, attempt));
  if (outcome.kind === 'sign-in-begun') return await finishSignIn(context, outcome, input.replacedSessionId);
  if (outcome.kind === 'problem' && outcome.code === 'ACCOUNT_LOCKED') {
    await refuse(context, found?.user ?? null, 'ACCOUNT_LOCKED');
  }
  return outcome;
}
