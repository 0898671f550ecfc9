import { randomUUID } from 'node:crypto';
import { type Sql, sql } from '../../lib/sql.js';
import { refund } from '../admission.js';
import type { AuditEventType } from '../audit/events.js';
import { insertEvent } from '../audit/record-event.js';
import { insertDevice, isUsualDevice, presentedDevice, rememberDevice } from '../devices/known-devices.js';
import { lockRows } from '../locks.js';
import { issueCode } from '../one-time-codes/issue.js';
import {
  createSession,
  insertSession,
  type NewSession,
  type SessionBegun,
  type SessionContext,
  type SessionStarted,
  startSession,
} from '../sessions/create-session.js';
import { toSessionRecord } from '../sessions/session-record.js';
import type { Request, UseCaseContext } from '../use-case.js';
import type { Work } from '../work.js';
import { replaceSession } from './replace-session.js';

/** The token that identifies the client's device. */
export interface SignInDevice {
  /** The token that identified the device before; empty or null if the client has none. */
  deviceToken: string | null;
  /** Whether the client keeps the token that identifies the device from now on. */
  keepsDeviceToken: boolean;
}

/** The tokens that a client presents at a sign-in in addition to its credentials. */
export interface SignInClient extends SignInDevice {
  /** The session that the client had before. The new one replaces it. */
  replacedSessionId: string | null;
}

/** A sign-in whose transaction is ready to commit. */
export interface SignInBegun {
  kind: 'sign-in-begun';
  begun: SessionBegun;
  /** The token that will identify the device; null if the client keeps none. */
  deviceToken: string | null;
}

/** A completed sign-in. */
export interface SignedIn extends SessionStarted {
  /** The token that will identify the device; null if the client keeps none. */
  deviceToken: string | null;
}

/** Context of a sign-in. */
export type SignInContext = SessionContext & Pick<UseCaseContext, 'admission' | 'query' | 'transact'> & Request;

/** Notifies the owner of the device, the place and the time of a sign-in, with a link to report it. */
async function notifyOfDevice(work: Work, { session, user }: SessionBegun): Promise<void> {
  const { sessionReportTtl: ttl } = work.settings;
  const now = session.createdAt;
  const code = { purpose: 'REPORT_SESSION' as const, address: session.id, isNewAddress: true, userId: user.id, now };
  const { id: codeId } = await issueCode(work.em, work.secretKeys, { ...code, codeTtl: ttl, linkTtl: ttl });
  const facts = {
    displayName: user.displayName,
    deviceName: session.deviceName,
    browser: session.browser,
    operatingSystem: session.operatingSystem,
    ipAddress: session.ipAddress,
    place: [session.city, session.country].filter(Boolean).join(', ') || null,
    timeZone: user.timezone,
    occurredAt: now.toISOString(),
  };
  const variables = Object.fromEntries(
    Object.entries(facts).filter((fact): fact is [string, string] => fact[1] != null),
  );
  const { email: recipient, locale = null } = user;
  await work.mail({ mail: 'new-device', recipient, locale, userId: user.id, codeId, variables });
}

/** Returns the device of a sign-in. A token that the client does not keep would leave a row for each sign-in. */
function deviceOf(context: SignInContext, { keepsDeviceToken, deviceToken }: SignInDevice) {
  return { ...presentedDevice(context, deviceToken), keepsToken: keepsDeviceToken };
}

/**
 * As `signIn` for a device that the account knows, in one round trip. `after` holds the last statements of the
 * transaction, which run in any case. Returns undefined if no session begins, because the user is not allowed to sign
 * in or the device is no longer known.
 */
export async function signInOnUsualDevice(
  context: SignInContext,
  begin: NewSession & SignInDevice,
  event: AuditEventType,
  after: readonly Sql[],
): Promise<SignInBegun | undefined> {
  const { user } = begin;
  const now = context.clock.now();
  const sessionId = randomUUID();
  const device = deviceOf(context, begin);
  const { members, secret } = insertSession(
    context,
    sessionId,
    { ...begin, now },
    isUsualDevice(sql`users.id`, device),
  );
  const told = { type: event, userId: user.id, actorId: user.id, metadata: { sessionId } };
  const signedIn = sql`FROM signed_in`;
  const { admission } = context;
  const refunded = admission === undefined ? sql`` : sql`, refunded AS (${refund(admission, signedIn)})`;
  const statement = sql`WITH ${members},
    kept AS (${insertDevice(sql`id`, device, now, signedIn)}),
    audited AS (${insertEvent(context, told, signedIn)})${refunded}
    SELECT * FROM begun`;
  // The next statement sees the state after this lock, so that concurrent sign-ins take turns.
  const lock = lockRows('users', sql`id = ${user.id}`, { strength: 'NO KEY UPDATE' });
  const [, rows] = await context.transact([lock, statement, ...after]);
  const row = rows?.[0];
  if (row === undefined) return undefined;
  admission?.refunded();
  const deviceToken = device.keepsToken ? device.token : null;
  const begun = { user, session: toSessionRecord(row), secret };
  return { kind: 'sign-in-begun', begun, deviceToken };
}

/** Creates the session of a verified user. Session, device, audit event and notice are written together. */
export async function signIn(
  context: SignInContext,
  work: Work,
  begin: NewSession & SignInDevice,
  event: AuditEventType,
): Promise<SignInBegun | undefined> {
  const begun = await createSession(context, work.em, begin);
  if (begun === undefined) return undefined;
  const { session, user } = begun;
  const device = deviceOf(context, begin);
  const { isNew } = await rememberDevice(work.em, user.id, device, session.createdAt);
  const metadata = { sessionId: session.id };
  const who = { userId: user.id, actorId: user.id, metadata };
  await work.record({ type: event, ...who });
  if (isNew) {
    await work.record({ type: 'NEW_DEVICE', ...who });
    await notifyOfDevice(work, begun);
  }
  return { kind: 'sign-in-begun', begun, deviceToken: device.keepsToken ? device.token : null };
}

/**
 * Completes a sign-in after its commit: signs the tokens, and ends the session that the client held before.
 */
export async function finishSignIn(
  context: SignInContext,
  signIn: SignInBegun,
  replacedSessionId: string | null,
): Promise<SignedIn> {
  const { begun, deviceToken } = signIn;
  const started = await startSession(context, begun);
  if (replacedSessionId !== null) await replaceSession(context, replacedSessionId);
  return { ...started, deviceToken };
}
