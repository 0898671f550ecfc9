import type { AuditEvent } from '../../entities/audit-event.js';
import { addSeconds } from '../../lib/clock.js';
import type { ProblemCode } from '../../problems.js';
import type { LoginWindows } from '../attempts/login-limit.js';
import { gatherObstacleFacts, type ObstacleContext, type ObstacleFacts } from './obstacle-facts.js';
import { findAdminUsers } from './user-record.js';

/** The act of staff that removes an obstacle. */
export type Remedy = 'UNLOCK' | 'RESEND_VERIFICATION' | 'SEND_PASSWORD_RESET' | 'ENABLE' | 'RESET_TWO_FACTOR';

interface Obstacle {
  code: ProblemCode;
  /** One plain sentence. */
  explanation: string;
  remedy: Remedy | null;
  since: Date | null;
}

/** What stands between a person and a session. */
export interface SignInObstacle extends Obstacle {
  lastRefusal: AuditEvent | null;
}

/** Returns the obstacle if it stands. `lockoutSeconds` is how long a lock lasts. */
type Rule = (facts: ObstacleFacts, lockoutSeconds: number) => Obstacle | undefined;

function lockRule(lock: keyof ObstacleFacts['locks'], explanation: string): Rule {
  return ({ user, locks }, lockoutSeconds) => {
    const until = locks[lock];
    const isOfSecondFactor = lock === 'two-factor' || lock === 'recovery-code';
    if (until === undefined || (isOfSecondFactor && user.twoFactorEnabledAt == null)) return undefined;
    return { code: 'ACCOUNT_LOCKED', explanation, remedy: 'UNLOCK', since: addSeconds(until, -lockoutSeconds) };
  };
}

/** Why a password permits only a reset; the first mark that is set counts. */
const passwordMarks = [
  ['passwordChangeRequiredAt', 'An admin requires a new password, so the current one permits only a reset.'],
  ['passwordContestedAt', 'Two people chose a password for this address, so it permits only a reset.'],
  ['passwordBreachedAt', 'The password was found in a known breach, so it permits only a reset.'],
] as const;

const passwordRule: Rule = ({ user }) => {
  for (const [mark, explanation] of passwordMarks) {
    const since = user[mark];
    if (since != null) return { code: 'PASSWORD_REJECTED', explanation, remedy: 'SEND_PASSWORD_RESET', since };
  }
  return undefined;
};

/** What a refused attempt tells, by the reason in its event. */
const refusalReasons: Readonly<Record<string, Omit<Obstacle, 'since'>>> = {
  INVALID_CREDENTIALS: {
    code: 'INVALID_CREDENTIALS',
    explanation: 'The latest sign-in had a wrong password.',
    remedy: 'SEND_PASSWORD_RESET',
  },
  TWO_FACTOR_CODE_INVALID: {
    code: 'TWO_FACTOR_CODE_INVALID',
    explanation: 'The latest sign-in had a wrong code of the second factor.',
    remedy: 'RESET_TWO_FACTOR',
  },
};

/** The order of the rules: the first obstacle is what a sign-in meets, or what the others follow from. */
const rules: readonly Rule[] = [
  ({ user: { disabledAt } }) =>
    disabledAt == null
      ? undefined
      : { code: 'ACCOUNT_DISABLED', explanation: 'The account is disabled.', remedy: 'ENABLE', since: disabledAt },
  ({ user: { emailVerifiedAt, createdAt } }) =>
    emailVerifiedAt != null
      ? undefined
      : {
          code: 'EMAIL_NOT_VERIFIED',
          explanation: 'The address is not verified yet.',
          remedy: 'RESEND_VERIFICATION',
          since: createdAt,
        },
  lockRule('identifier', 'Sign-in with this address or username is locked after too many failed attempts.'),
  ({ isAtLimit }) =>
    isAtLimit
      ? {
          code: 'RATE_LIMITED',
          explanation: 'Too many sign-ins were attempted with this address or username.',
          remedy: 'UNLOCK',
          since: null,
        }
      : undefined,
  passwordRule,
  lockRule('two-factor', 'Codes of the authenticator app are locked after too many wrong ones.'),
  lockRule('recovery-code', 'Recovery codes are locked after too many wrong ones.'),
  lockRule('device', 'A known device is locked after too many failed attempts; other devices can sign in.'),
  ({ openRefusal }) => {
    const reason = refusalReasons[String(openRefusal?.metadata.reason)];
    return reason === undefined || openRefusal === null ? undefined : { ...reason, since: openRefusal.createdAt };
  },
];

function obstacleOf(facts: ObstacleFacts, lockoutSeconds: number): SignInObstacle | null {
  for (const rule of rules) {
    const obstacle = rule(facts, lockoutSeconds);
    if (obstacle !== undefined) return { ...obstacle, lastRefusal: facts.lastRefusal };
  }
  return null;
}

/** Returns what stands between each of these people and a session, in the order of the ids; null if nothing does. */
export async function findSignInObstacles(
  context: ObstacleContext,
  userIds: readonly string[],
  limits: LoginWindows,
): Promise<(SignInObstacle | null)[]> {
  const facts = await gatherObstacleFacts(context, await findAdminUsers(context, userIds), limits);
  const found = new Map(facts.map((one) => [one.user.id, obstacleOf(one, context.settings.lockoutSeconds)]));
  return userIds.map((id) => found.get(id) ?? null);
}
