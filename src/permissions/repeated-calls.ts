import { setTimeout as sleep } from 'node:timers/promises';
import type { Dependencies } from '../dependencies.js';
import { normalIdentifier } from '../lib/email-address.js';
import { countedName } from '../lib/email-key.js';
import type { Limiter } from '../lib/rate-limiter.js';
import { operations } from '../operations/all.js';
import type { TypedAddress } from '../operations/operation.js';
import type { Context } from '../request.js';
import { findPendingChange } from '../services/accounts/pending-email-change.js';
import { limitKey } from '../services/attempts/login-limit.js';

type Arguments = { input?: Record<string, unknown> };

/** The marks that identify the repetition of a call. */
interface Recognition {
  /** Each of them counts once in a cool-down. */
  marks: string[];
  /** Whether the call is known to send no mail, whatever its marks say. */
  mailsNothing?: boolean;
}
type Recognise = (args: Arguments, context: Context) => Recognition | Promise<Recognition>;

function text(value: unknown): string {
  return typeof value === 'string' ? normalIdentifier(value) : '';
}

function addressOf({ settings }: Context, typed: unknown): string {
  return countedName(settings.emailDeduplication, text(typed));
}

const byAddress: Recognise = ({ input }, context) => ({ marks: [addressOf(context, input?.email)] });

/**
 * Identifies calls for the same address. Only this caller's calls matter: those of strangers or of the owner would reveal
 * them to one another.
 */
const recognise: Readonly<Record<TypedAddress, Recognise>> = {
  email: byAddress,
  'email-and-username'({ input }, context) {
    const address = addressOf(context, input?.email);
    const username = text(input?.username);
    // The second call reveals whether the first one claimed the name, and so whether the address was new, so it counts too.
    return { marks: username === '' ? [address] : [`${address} ${username} 1`, `${address} ${username} 2`] };
  },
  async 'new-email'({ input }, context) {
    const newEmail = text(input?.newEmail);
    if (context.actor.kind !== 'user') return { marks: [newEmail] };
    const { codeId, isCoolingDown } = await findPendingChange(context, { userId: context.actor.userId, newEmail });
    // Alternating between two addresses sends a mail each time, so a call is a repetition only before the next code.
    return { marks: [`${newEmail} ${codeId}`], mailsNothing: isCoolingDown };
  },
};

/** A mark above this belongs to a call that was counted; one below it to a call that is about to be. */
const COUNTED = 1_000_000;
const FIRST_POLL_MILLISECONDS = 10;
const LONGEST_POLL_MILLISECONDS = 100;
const WAIT_MILLISECONDS = 2_000;

/** Claims a mark. `mine`: this call is the first. `undecided`: another call is the first and has not finished in time. */
async function claim(marks: Limiter, key: string): Promise<'mine' | 'counted' | 'undecided'> {
  let poll = FIRST_POLL_MILLISECONDS;
  for (let waited = 0; waited < WAIT_MILLISECONDS; waited += poll) {
    const { allowed, remaining } = await marks.consume(key);
    if (!allowed) return 'counted';
    if (remaining === COUNTED - 1) return 'mine';
    await sleep(poll);
    poll = Math.min(poll * 2, LONGEST_POLL_MILLISECONDS);
  }
  return 'undecided';
}

/** Counts a call, and marks it for its repetitions. A rejected call leaves no mark, because its repetition must not pass. */
async function countAndMark(marks: Limiter, key: string, count: () => Promise<void>): Promise<void> {
  try {
    await count();
  } catch (cause) {
    await marks.forget(key).catch(() => undefined);
    throw cause;
  }
  await marks.consume(key, COUNTED);
}

/** A call of a field that mails an address. */
interface RepeatableCall {
  /** The caller. */
  identity: string;
  args: Arguments;
  context: Context;
}

/** How a call is counted once for all its repetitions. */
export interface Recognised {
  /** Keys of the marks; none if the call is known to send no mail and does not count. */
  marks: string[];
  seconds: number;
  /** Calls `count` unless the call repeats a counted one; then it calls `tell`, which reports what is left. */
  countOnce(call: { count(): Promise<void>; tell(): Promise<void> }): Promise<void>;
}

/**
 * Counts a caller's calls of a field that mails an address once for each address in a cool-down, even if they are
 * concurrent. Undefined for fields that send no mail. Known and unknown addresses are marked alike.
 */
export function createRepetitions(
  field: string,
  { limiter, settings }: Pick<Dependencies, 'limiter' | 'settings'>,
): ((call: RepeatableCall) => Promise<Recognised>) | undefined {
  const mails = operations.Mutation[field]?.mails;
  const { codeResendSeconds: seconds } = settings;
  if (mails === undefined || seconds === 0) return undefined;
  const recogniseCall = recognise[mails];
  const name = `${field}-once`;
  const limiterOfMarks = limiter(name, { points: COUNTED, seconds });
  return async ({ identity, args, context }) => {
    const { marks, mailsNothing = false } = await recogniseCall(args, context);
    const keys = mailsNothing ? [] : marks.map((mark) => limitKey(context.secretKeys, name, `${identity} ${mark}`));
    return {
      marks: keys.map((key) => limiterOfMarks.row(key)?.key ?? key),
      seconds,
      async countOnce({ count, tell }) {
        for (const key of keys) {
          const claimed = await claim(limiterOfMarks, key);
          if (claimed === 'mine') return await countAndMark(limiterOfMarks, key, count);
          if (claimed === 'undecided') return await count();
        }
        await tell();
      },
    };
  };
}
