import { addSeconds } from '../../lib/clock.js';
import type { Part } from '../health/read-health.js';
import type { ListedKey } from '../tokens/list-keys.js';

/** Something that an operator should know, with its reason and the next step. */
export interface Finding {
  code: string;
  severity: 'OK' | 'NOTICE' | 'WARNING' | 'ERROR';
  what: string;
  why: string;
  next: string;
}

/** What the findings are derived from. */
export interface Facts {
  now: Date;
  parts: readonly Part[];
  keys: readonly ListedKey[];
  admins: number;
  adminsWithTwoFactor: number;
  oldestMailWaitingSeconds: number | null;
}

type Advice = Pick<Finding, 'why' | 'next'>;

/** What a part that is not up means, and what to do. */
const ADVICE: Readonly<Record<string, Advice>> = {
  database: {
    why: 'Every operation that reads or writes an account needs the database.',
    next: 'Check that DATABASE_URL is reachable, accepts writes and has space. The log names the cause.',
  },
  migrations: {
    why: 'This version expects tables or columns that the database does not have yet.',
    next: 'Run `gatehouse migrate` with a role that owns the tables.',
  },
  clock: {
    why: 'The clocks of this machine and the database differ by more than five seconds, so codes and tokens expire early or late.',
    next: 'Synchronise both machines by NTP.',
  },
  connections: {
    why: 'All connections of the pool are in use, so requests wait.',
    next: 'Look for slow statements, then raise DATABASE_POOL_MAX within the limit of the server.',
  },
  revocations: {
    why: 'The list of ended sessions has not been read yet, so tokens cannot be verified.',
    next: 'It is read again by itself as soon as the database is available.',
  },
  queue: {
    why: 'The queue accepts no jobs. Emails wait in the database and are sent later.',
    next: 'Check REDIS_URL, or the database if there is none.',
  },
  cache: {
    why: 'Redis accepts no writes, so limits are counted in the database.',
    next: 'Check that Redis is a master, has memory and does not evict keys.',
  },
  mail: {
    why: 'The mail server accepts no email. Emails wait for up to a day.',
    next: 'Check SMTP_URL and MAIL_FROM. `gatehouse mail test` and the last errors under Emails name the cause.',
  },
  disk: {
    why: 'DATA_DIR is not writable or nearly full.',
    next: 'Free space, or correct the owner of the folder.',
  },
};

const DAY = 86_400;
const OLD_KEY_DAYS = 365;
const LATE_MAIL_SECONDS = 300;

function ofPart({ name, state }: Part): Finding[] {
  const advice = ADVICE[name];
  if (state === 'up' || advice === undefined) return [];
  const severity = state === 'down' ? 'ERROR' : 'WARNING';
  return [{ code: `${name}_${state}`.toUpperCase(), severity, what: `${name} is ${state}.`, ...advice }];
}

function ofKeys({ keys, now }: Facts): Finding[] {
  const active = keys.find(({ state }) => state === 'ACTIVE');
  if (active === undefined || active.createdAt > addSeconds(now, -OLD_KEY_DAYS * DAY)) return [];
  return [
    {
      code: 'SIGNING_KEY_OLD',
      severity: 'NOTICE',
      what: 'The signing key is more than a year old.',
      why: 'The longer a key is in use, the more is lost if it leaks.',
      next: 'Rotate it: `gatehouse keys rotate`, or adminRotateSigningKey.',
    },
  ];
}

function ofAdmins({ admins, adminsWithTwoFactor }: Facts): Finding[] {
  const found: Finding[] = [];
  if (adminsWithTwoFactor < admins) {
    found.push({
      code: 'ADMIN_WITHOUT_SECOND_FACTOR',
      severity: 'WARNING',
      what: `${admins - adminsWithTwoFactor} of ${admins} admins have no second factor.`,
      why: 'Their password alone is enough to administer every account.',
      next: 'Ask them to enrol one, and add admin to TWO_FACTOR_REQUIRED_ROLES.',
    });
  }
  if (admins === 1) {
    found.push({
      code: 'ONE_ADMIN',
      severity: 'NOTICE',
      what: 'There is one admin.',
      why: 'If that person loses access, only the command line can appoint another one.',
      next: 'Give a second person the role admin.',
    });
  }
  return found;
}

function ofMails({ oldestMailWaitingSeconds: waiting }: Facts): Finding[] {
  if (waiting === null || waiting < LATE_MAIL_SECONDS) return [];
  return [
    {
      code: 'EMAILS_LATE',
      severity: 'WARNING',
      what: `An email has been waiting for ${Math.round(waiting / 60)} minutes.`,
      why: 'No worker is running, or the mail server defers it.',
      next: 'Check that a worker runs, then the last error of the email.',
    },
  ];
}

const SEVERITIES = ['ERROR', 'WARNING', 'NOTICE', 'OK'];

/** Returns what an operator should know, most severe first. */
export function findingsOf(facts: Facts): Finding[] {
  const found = [...facts.parts.flatMap(ofPart), ...ofKeys(facts), ...ofAdmins(facts), ...ofMails(facts)];
  return found.sort((one, other) => SEVERITIES.indexOf(one.severity) - SEVERITIES.indexOf(other.severity));
}
