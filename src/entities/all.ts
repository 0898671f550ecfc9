import { AccountGauge } from './account-gauge.js';
import { AuditEvent } from './audit-event.js';
import { EventCount } from './event-count.js';
import { KnownDevice } from './known-device.js';
import { LoginFailure } from './login-failure.js';
import { OneTimeCode } from './one-time-code.js';
import { OutboxMessage } from './outbox-message.js';
import { PasswordCheck } from './password-check.js';
import { PasswordHistory } from './password-history.js';
import { RecoveryCode } from './recovery-code.js';
import { ServiceClient } from './service-client.js';
import { Session } from './session.js';
import { SigningKey } from './signing-key.js';
import { TotpCredential } from './totp-credential.js';
import { TwoFactorChallenge } from './two-factor-challenge.js';
import { User } from './user.js';

/** Every entity that the ORM maps. */
export const entities = [
  User,
  Session,
  OneTimeCode,
  OutboxMessage,
  SigningKey,
  PasswordHistory,
  PasswordCheck,
  LoginFailure,
  KnownDevice,
  TotpCredential,
  RecoveryCode,
  TwoFactorChallenge,
  AuditEvent,
  EventCount,
  AccountGauge,
  ServiceClient,
];
