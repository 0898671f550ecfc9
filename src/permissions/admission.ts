import type { Admission } from '../services/admission.js';
import type { CallCount } from './count-call.js';
import { storedKey } from './limit.js';

/** An admission, as the middleware of the limits reads it. */
interface CountedAdmission extends Admission {
  readonly isRefunded: boolean;
}

/** Returns the admission of a call; undefined if a limit rejects it from memory. */
export function createAdmission(
  { statement, rows, isBlocked, settle, inTurn, givenBack }: CallCount,
  uncount: () => Promise<void>,
): CountedAdmission | undefined {
  if (isBlocked) return undefined;
  const state = { isSettled: false, isRefunded: false };
  return {
    counting: (options) => statement?.(options),
    async settle(counted) {
      state.isSettled = true;
      await (counted === undefined ? inTurn() : settle(counted));
    },
    get isSettled() {
      return state.isSettled;
    },
    get isRefunded() {
      return state.isRefunded;
    },
    counters: { keys: rows.map(({ key }) => key), most: rows.map(({ most }) => most) },
    // Another store cannot be changed by a statement.
    refundable: statement === undefined ? [] : givenBack.map(storedKey),
    refunded() {
      state.isRefunded = statement !== undefined;
    },
    uncount,
  };
}
