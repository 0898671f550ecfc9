import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { type Sql, sql } from '../../lib/sql.js';
import type { AuditEventType } from '../audit/events.js';
import { insertEvent, recordEvent } from '../audit/record-event.js';
import { insertDevice, isUsualDevice, presentedDevice, rememberDevice } from '../devices/known-devices.js';
import { handOver, type MailingContext } from '../mail-outbox/hand-over.js';
import { writeMail } from '../mail-outbox/write-mail.js';
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
import type { UseCaseContext } from '../use-case.js';
import { replaceSession } from './replace-session.js';

/** How the client is known again: by a cookie, or by what it says in its input. */
export interface DeviceToken {
  tokenDelivery: 'COOKIE' | 'BODY';
  /** By what it was known before; empty where it asks for such a token, null where it keeps none. */
  deviceToken: string | null;
}

/** A sign-in whose transaction may commit. */
export interface SignInBegun {
  kind: 'sign-in-begun';
  begun: SessionBegun;
  /** By what the client is known again; null where it keeps nothing. */
  deviceToken: string | null;
  /** The mail about a device that the account did not know. */
  outboxId: string | undefined;
}

/** A sign-in that is done. */
export interface SignedIn extends SessionStarted {
  /** By what the client is known again; null where it keeps nothing. */
  deviceToken: string | null;
}

/** What a sign-in needs. */
export type SignInContext = SessionContext &
  Pick<UseCaseContext, 'em' | 'query' | 'transact' | 'revocations'> &
  MailingContext;

/** Tells the owner what signed in, when and where, with a link that ends it. */
async function tellOfDevice(
  context: SignInContext,
  em: EntityManager,
  { session, user }: SessionBegun,
): Promise<string> {
  const { sessionReportTtl: ttl } = context.settings;
  const now = session.createdAt;
  const code = { purpose: 'REPORT_SESSION' as const, address: session.id, userId: user.id, now };
  const { id: codeId } = await issueCode(em, context.secretKeys, { ...code, codeTtl: ttl, linkTtl: ttl });
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
  return await writeMail(em, {
    mail: 'new-device',
    recipient,
    locale,
    codeId,
    variables,
    requestId: context.requestId,
    now,
  });
}

/** The device of a sign-in. A token that the client will not bring again would only leave a row for each sign-in. */
function deviceOf(context: SignInContext, { tokenDelivery, deviceToken }: DeviceToken) {
  const keepsToken = tokenDelivery === 'COOKIE' || deviceToken !== null;
  return { ...presentedDevice(context, deviceToken), keepsToken };
}

/**
 * As `signIn` for a device that the account knows, in one round trip; `after` are the last statements of the transaction, and
 * run in any case. Undefined where no session begins: the user may not sign in, or the device is not known any more.
 */
export async function signInOnUsualDevice(
  context: SignInContext,
  begin: NewSession & DeviceToken,
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
  const statement = sql`WITH ${members},
    kept AS (${insertDevice(sql`id`, device, now, signedIn)}),
    audited AS (${insertEvent(context, told, signedIn)})
    SELECT * FROM begun`;
  // What the next statement sees is from after this lock, so that of two sign-ins at once one comes first.
  const lock = sql`SELECT FROM users WHERE id = ${user.id} FOR NO KEY UPDATE`;
  const [, rows] = await context.transact([lock, statement, ...after]);
  const row = rows?.[0];
  if (row === undefined) return undefined;
  const deviceToken = device.keepsToken ? device.token : null;
  const begun = { user, session: toSessionRecord(row), secret };
  return { kind: 'sign-in-begun', begun, deviceToken, outboxId: undefined };
}

/** Begins the session of somebody who proved who they are: session, device, audit event and notice come together. */
export async function signIn(
  context: SignInContext,
  em: EntityManager,
  begin: NewSession & DeviceToken,
  event: AuditEventType,
): Promise<SignInBegun | undefined> {
  const begun = await createSession(context, em, begin);
  if (begun === undefined) return undefined;
  const { session, user } = begun;
  const device = deviceOf(context, begin);
  const { isNew } = await rememberDevice(em, user.id, device, session.createdAt);
  const metadata = { sessionId: session.id };
  const who = { userId: user.id, actorId: user.id, metadata };
  await recordEvent(em, context, { type: event, ...who });
  if (isNew) await recordEvent(em, context, { type: 'NEW_DEVICE', ...who });
  const outboxId = isNew ? await tellOfDevice(context, em, begun) : undefined;
  return { kind: 'sign-in-begun', begun, deviceToken: device.keepsToken ? device.token : null, outboxId };
}

/**
 * What follows the commit of a sign-in: its tokens are signed, its mail goes out, and the session that the client held
 * before ends.
 */
export async function finishSignIn(
  context: SignInContext,
  signIn: SignInBegun,
  heldRefreshToken: string | null,
): Promise<SignedIn> {
  const { begun, deviceToken, outboxId } = signIn;
  if (outboxId !== undefined) handOver(context, outboxId);
  const started = await startSession(context, begun);
  await replaceSession(context, heldRefreshToken);
  return { ...started, deviceToken };
}
