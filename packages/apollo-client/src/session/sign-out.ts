import type { Delivery } from './delivery.js';
import { LOGOUT, LOGOUT_EVERYWHERE, REFRESH } from './documents.js';
import type { Requests } from './requests.js';

/**
 * Tells the gateway of a sign-out. Resolves with whether the session has ended there, and with `everywhere`, whether the user's
 * other sessions have. Throws AuthTroubleError.
 */
export async function tellSignOut(
  requests: Requests,
  delivery: Delivery,
  accessToken: string | undefined,
  everywhere: boolean,
): Promise<boolean> {
  let token = accessToken;
  if (token === undefined && (everywhere || !delivery.isCookie)) {
    const input = delivery.input();
    if (input) token = (await requests.mutate(REFRESH, input)).refresh?.tokens?.accessToken;
    if (token === undefined && !delivery.isCookie) return true; // the session has ended already
  }
  const answer = await requests.mutate(everywhere ? LOGOUT_EVERYWHERE : LOGOUT, {}, token);
  return !everywhere || answer.revokeOtherSessions?.__typename === 'SessionsRevoked';
}
