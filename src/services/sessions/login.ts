import { OneTimeCode } from '../../entities/one-time-code.js';
import { User } from '../../entities/user.js';
import { addSeconds } from '../../lib/clock.js';
import type { Statement } from '../../lib/query.js';
import { type Problem, problem } from '../../problems.js';
import type { UseCaseContext } from '../use-case.js';
import { createSession, type SessionStarted } from './create-session.js';
import { replaceSession } from './replace-session.js';

/** Who signs in, and how the session is to begin. */
export interface LoginInput {
  /** E-mail address or username, in lower case. */
  identifier: string;
  password: string;
  rememberMe: boolean;
  deviceName: string | null;
  /** The refresh token in the browser's cookie: its session is replaced by the new one. */
  heldRefreshToken: string | null;
}

type Needs = Pick<
  UseCaseContext,
  | 'em'
  | 'query'
  | 'clock'
  | 'settings'
  | 'secretKeys'
  | 'passwordHasher'
  | 'accessTokens'
  | 'client'
  | 'revocations'
  | 'logger'
  | 'requestId'
>;
type LoginProblem = Problem<'INVALID_CREDENTIALS' | 'EMAIL_NOT_VERIFIED' | 'ACCOUNT_DISABLED'>;

const COLUMNS = `id, email, username, username_key, display_name, role, password_hash, password_changed_at, email_verified_at,
  disabled_at, last_login_at, locale, timezone, terms_accepted_at, privacy_policy_accepted_at, created_at, updated_at`;
const FIND_BY_EMAIL: Statement = { name: 'login-by-email', text: `SELECT ${COLUMNS} FROM users WHERE email = $1` };
const FIND_BY_USERNAME: Statement = {
  name: 'login-by-username',
  text: `SELECT ${COLUMNS} FROM users WHERE username_key = $1`,
};

async function notVerified(context: Needs, email: string, now: Date): Promise<Problem<'EMAIL_NOT_VERIFIED'>> {
  const code = await context.em.findOne(OneTimeCode, { purpose: 'VERIFY_EMAIL', address: email });
  const availableAt = code === null ? now : addSeconds(code.issuedAt, context.settings.codeResendSeconds);
  return problem('EMAIL_NOT_VERIFIED', { resendAvailableAt: availableAt > now ? availableAt : now });
}

/** Moves a hash to today's cost while the password is at hand; the guard keeps a change made meanwhile. */
async function renewHash(context: Needs, user: User, oldHash: string, password: string): Promise<void> {
  if (!context.passwordHasher.isOutdated(oldHash)) return;
  const passwordHash = await context.passwordHasher.hash(password);
  await context.em.nativeUpdate(User, { id: user.id, passwordHash: oldHash }, { passwordHash });
}

/** Signs in by password. Unknown and wrong are alike in answer and in work; the account's state is told to its owner alone. */
export async function login(context: Needs, input: LoginInput): Promise<SessionStarted | LoginProblem> {
  const statement = input.identifier.includes('@') ? FIND_BY_EMAIL : FIND_BY_USERNAME;
  const [row] = await context.query(statement, [input.identifier]);
  const hash = row?.password_hash as string | undefined;
  const matches = await context.passwordHasher.verify(hash, input.password);
  if (row === undefined || hash === undefined || !matches) return problem('INVALID_CREDENTIALS');
  const user = context.em.map(User, row);
  if (user.disabledAt !== null) return problem('ACCOUNT_DISABLED');
  if (user.emailVerifiedAt === null) return await notVerified(context, user.email, context.clock.now());
  await renewHash(context, user, hash, input.password);
  const { rememberMe, deviceName } = input;
  const started = await createSession(context, context.em, {
    user,
    rememberMe,
    deviceName,
    authenticationMethods: ['pwd'],
  });
  if (started === undefined) return problem('ACCOUNT_DISABLED');
  await replaceSession(context, input.heldRefreshToken);
  return started;
}
