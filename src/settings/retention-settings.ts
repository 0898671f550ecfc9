import { duration } from './readers.js';
import { withDefault } from './setting.js';

const DAY = 86_400;
const LONGEST = 3_660 * DAY;
/** The database does not allow anyone to delete more recent audit events. */
const LEAST_AUDIT_RETENTION = 30 * DAY;

/** Retention periods of data that the hourly purge deletes. */
export function retentionSettings() {
  const days = duration(DAY, LONGEST);
  return {
    PURGE_SESSIONS_AFTER: withDefault(days, '30d', {
      description: 'How long ended sessions are kept; at least `1d`.',
    }),
    PURGE_MAILS_AFTER: withDefault(days, '30d', {
      description: 'How long sent and failed emails are kept in the outbox; at least `1d`.',
    }),
    PURGE_UNVERIFIED_AFTER: withDefault(days, '7d', {
      description:
        'How long an account waits for verification of its address before it is deleted; at least `1d`, and never before its link has expired.',
    }),
    PURGE_DEVICES_AFTER: withDefault(days, '365d', {
      description: 'How long a device is remembered after its last sign-in; at least `1d`.',
    }),
    AUDIT_RETENTION: withDefault(duration(LEAST_AUDIT_RETENTION, LONGEST), '400d', {
      description: 'How long events of the audit log are kept; at least `30d`.',
    }),
  };
}
