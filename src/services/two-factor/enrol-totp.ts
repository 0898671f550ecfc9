import { User } from '../../entities/user.js';
import { addSeconds } from '../../lib/clock.js';
import { isProblem, type Problem, problem } from '../../problems.js';
import { recordRefusal } from '../audit/record-refusal.js';
import { type PasswordProof, type PasswordProofProblem, requirePassword } from '../passwords/require-password.js';
import type { Request, UseCaseContext } from '../use-case.js';
import { inTransaction, type Work } from '../work.js';
import { sealSeed } from './sealed-seed.js';
import { newSeed, otpauthUri, type Seed } from './totp.js';

/** An authenticator app that waits for its first code. Its secret is told here, and never again. */
export interface TotpEnrolment {
  kind: 'totp-enrolment';
  /** Base32, for typing. */
  secret: string;
  /** The same for a QR code. */
  otpauthUri: string;
  expiresAt: Date;
}

type Needs = Request & Pick<UseCaseContext, 'passwordHasher'>;

const PENDING_SECONDS = 600;

/** The one app of the account that may be confirmed; one that is confirmed already stays as it is. */
const BEGIN = `
  INSERT INTO totp_credentials AS present (user_id, sealed_secret, last_step, created_at, expires_at)
  VALUES (?, ?, 0, ?, ?)
  ON CONFLICT (user_id) DO UPDATE SET
    sealed_secret = excluded.sealed_secret, last_step = 0, created_at = excluded.created_at, expires_at = excluded.expires_at
  WHERE present.confirmed_at IS NULL
  RETURNING user_id`;

async function begin({ em, secretKeys, now }: Work, user: User, seed: Seed, expiresAt: Date): Promise<boolean> {
  const sealed = sealSeed(secretKeys, user.id, seed);
  const begun = await em.execute<unknown[]>(BEGIN, [user.id, sealed, now, expiresAt]);
  return begun.length > 0;
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
 * Begins an authenticator app in place of one that was never confirmed, for somebody who knows the password: an app of a
 * thief's would shut the owner out. Nothing is asked at sign-in until it is confirmed.
 */
export async function enrolTotp(
  context: Needs,
  proof: PasswordProof,
): Promise<TotpEnrolment | Problem<'CONFLICT'> | PasswordProofProblem> {
  const { userId } = proof;
  const begun = (await requirePassword(context, proof)) ?? (await enrol(context, userId));
  return isProblem(begun) ? await recordRefusal(context, 'TOTP_ENROLMENT', userId, begun) : begun;
}
