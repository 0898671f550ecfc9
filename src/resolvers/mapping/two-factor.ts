import * as schema from '../../schema/two-factor.js';
import type { RecoveryCodes } from '../../services/two-factor/confirm-totp.js';
import type { TotpEnrolment } from '../../services/two-factor/enrol-totp.js';
import { toUser } from './user.js';

/** A started enrolment; the only answer that contains its secret. */
export function toTotpEnrolment({ kind: _kind, ...enrolment }: TotpEnrolment): schema.TotpEnrolment {
  return Object.assign(new schema.TotpEnrolment(), enrolment);
}

/** New recovery codes; the only answer that contains them. */
export function toRecoveryCodes({ codes, user }: RecoveryCodes): schema.RecoveryCodes {
  return Object.assign(new schema.RecoveryCodes(), { codes, user: toUser(user, 'full') });
}
