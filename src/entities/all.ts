import { OneTimeCode } from './one-time-code.js';
import { OutboxMessage } from './outbox-message.js';
import { Session } from './session.js';
import { SigningKey } from './signing-key.js';
import { User } from './user.js';

/** Every entity that the ORM maps. */
export const entities = [User, Session, OneTimeCode, OutboxMessage, SigningKey];
