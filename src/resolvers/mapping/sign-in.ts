import type { Context } from '../../request.js';
import * as schema from '../../schema/sign-in.js';
import type { PasswordChangeRequired } from '../../services/sign-in/password-change-required.js';
import type { SignedIn } from '../../services/sign-in/sign-in.js';
import type { TwoFactorRequired } from '../../services/two-factor/challenge.js';
import { type Delivery, deliverDeviceToken, deliverTokens } from '../token-delivery.js';
import { toSession } from './session.js';
import { toUser } from './user.js';

/** The outcome of a step of a sign-in; the tokens of a new session are delivered with it. */
export function toSignInResult(
  outcome: SignedIn | TwoFactorRequired | PasswordChangeRequired,
  delivery: Delivery,
  context: Context,
): schema.LoginSuccess | schema.TwoFactorRequired | schema.PasswordChangeRequired {
  if (outcome.kind === 'session-started') {
    return Object.assign(new schema.LoginSuccess(), {
      tokens: deliverTokens(outcome.tokens, delivery, context),
      session: toSession(outcome.session, outcome.session.id),
      user: toUser(outcome.user, 'full'),
      firstLogin: outcome.firstLogin,
      deviceToken: deliverDeviceToken(outcome.deviceToken, delivery, context),
    });
  }
  const { kind: _kind, ...data } = outcome;
  if (outcome.kind === 'password-change-required') return Object.assign(new schema.PasswordChangeRequired(), data);
  return Object.assign(new schema.TwoFactorRequired(), data, { methods: ['TOTP', 'RECOVERY_CODE'] });
}
