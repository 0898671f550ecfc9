import type { Admission } from '../services/admission.js';
import type { CallCount } from './count-call.js';
import { storedKey } from './limit.js';

/** An admission, as the middleware of the limits reads it. */
interface CountedAdmission extends Admission {
  readonly isRefunded: boolean;
}

/** Returns the admission of a call; undefined if no statement counts all its limits. */
export function createAdmission({
  statement,
  rows,
  isBlocked,
  settle,
  givenBack,
}: CallCount): CountedAdmission | undefined {
  if (statement === undefined || isBlocked) return undefined;
  const state = { isSettled: false, isRefunded: false };
  return {
    counting: statement,
    async settle(counted) {
      state.isSettled = true;
      await settle(counted);
    },
    get isSettled() {
      return state.isSettled;
    },
    get isRefunded() {
      return state.isRefunded;
    },
    counters: { keys: rows.map(({ key }) => key), most: rows.map(({ most }) => most) },
    refundable: givenBack.map(storedKey),
    refunded() {
      state.isRefunded = true;
    },
  };
}
