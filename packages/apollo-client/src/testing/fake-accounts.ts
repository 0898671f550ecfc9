import type { Claims } from '../auth-session.js';

/** An account of a fake gateway. */
export interface FakeAccount {
  id: string;
  email: string;
  password: string;
  role: string;
  isVerified: boolean;
  /** Whether a sign-in requires the code `123456`. */
  hasSecondFactor: boolean;
  displayName: string | null;
}

/** A session of a fake gateway. */
export interface FakeSession {
  id: string;
  account: FakeAccount;
  /** Counts the rotations of the refresh token. */
  generation: number;
  amr: Claims['amr'];
  authTime: number;
  hasEnded: boolean;
}

/** An account as the gateway returns it. */
export function userOf({ id, email, role, isVerified, hasSecondFactor, displayName }: FakeAccount) {
  return {
    __typename: 'User',
    id,
    email,
    role,
    displayName,
    emailVerified: isVerified,
    twoFactorEnabled: hasSecondFactor,
  };
}

/** A session as the gateway returns it. */
export function sessionOf({ id, amr }: FakeSession, isCurrent: boolean) {
  return { __typename: 'AuthSession', id, isCurrent, deviceType: 'DESKTOP', twoFactorVerified: amr.includes('mfa') };
}
