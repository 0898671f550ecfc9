import { User } from '../../entities/user.js';
import { addSeconds } from '../../lib/clock.js';
import { run, sql } from '../../lib/sql.js';
import { isProblem, type Problem, problem } from '../../problems.js';
import { recordRefusal } from '../audit/record-refusal.js';
import { type PasswordProof, type PasswordProofProblem, requirePassword } from '../passwords/require-password.js';
import type { Request, UseCaseContext } from '../use-case.js';
import { inTransaction, type Work } from '../work.js';
import { encryptSeed } from './seed-encryption.js';
import { newSeed, otpauthUri, type Seed } from './totp.js';

/** An authenticator app that waits for its first code. Its secret is shown once. */
export interface TotpEnrolment {
  kind: 'totp-enrolment';
  /** Base32, for manual entry. */
  secret: string;
  /** The same secret, for a QR code. */
  otpauthUri: string;
  expiresAt: Date;
}

type Needs = Request & Pick<UseCaseContext, 'passwordHasher'>;

const PENDING_SECONDS = 600;

/** Enrols the only app of the account that can be confirmed. A confirmed app is unchanged. */
const beginStatement = (userId: string, encrypted: string, now: Date, expiresAt: Date) => sql`
  INSERT INTO totp_credentials AS present (user_id, sealed_secret, last_step, created_at, expires_at)
  VALUES (${userId}, ${encrypted}, 0, ${now}, ${expiresAt})
  ON CONFLICT (user_id) DO UPDATE SET
    sealed_secret = excluded.sealed_secret, last_step = 0, created_at = excluded.created_at, expires_at = excluded.expires_at
  WHERE present.confirmed_at IS NULL
  RETURNING user_id`;

async function begin({ em, secretKeys, now }: Work, user: User, seed: Seed, expiresAt: Date): Promise<boolean> {
  const encrypted = encryptSeed(secretKeys, user.id, seed);
  return (await run(em, beginStatement(user.id, encrypted, now, expiresAt))).length > 0;
}

async function enrol(context: Needs, userId: string): Promise<TotpEnrolment | Problem<'CONFLICT'>> {
  const seed = newSeed();
  return await inTransaction(context, async (work) => {
    const expiresAt = addSeconds(work.now, PENDING_SECONDS);
    const user = await work.em.findOneOrFail(User, userId);
    if (!(await begin(work, user, seed, expiresAt))) return problem('CONFLICT');
    await work.record({ type: 'TOTP_ENROLMENT', userId, actorId: userId });
    const account = { issuer: context.settings.twoFactorIssuer, label: user.email };
    return { kind: 'totp-enrolment', secret: seed.base32, otpauthUri: otpauthUri(seed, account), expiresAt };
  });
}

/**
 * Starts TOTP enrolment for a user who verifies the password, and replaces an app that was never confirmed. Without the
 * password, a thief's app could lock the owner out. Sign-in requires no code until the app is confirmed.
 */
export async function enrolTotp(
  context: Needs,
  proof: PasswordProof,
): Promise<TotpEnrolment | Problem<'CONFLICT'> | PasswordProofProblem> {
  const { userId } = proof;
  const begun = (await requirePassword(context, proof)) ?? (await enrol(context, userId));
  return isProblem(begun) ? await recordRefusal(context, 'TOTP_ENROLMENT', userId, begun) : begun;
}
