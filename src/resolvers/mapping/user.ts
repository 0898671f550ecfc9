import type { Actor } from '../../request.js';
import { User } from '../../schema/user.js';
import type { UserRecord } from '../../services/users/find-user.js';

/** The part of a user that is shown: `full` to the user and to admins, `public` to everyone else. */
export type Viewer = 'full' | 'public';

/** The view that an actor has of a user. */
export function viewerOf(actor: Actor, userId: string): Viewer {
  if (actor.kind !== 'user') return 'public';
  return actor.userId === userId || actor.role === 'admin' ? 'full' : 'public';
}

/** A user as the viewer is allowed to see them. A hidden field is null, so that it looks like one that was never set. */
export function toUser(entity: UserRecord, viewer: Viewer): User {
  const visible = { id: entity.id, displayName: entity.displayName ?? null };
  const hidden = {
    email: entity.email,
    username: entity.username ?? null,
    role: entity.role,
    emailVerified: entity.emailVerifiedAt != null,
    emailVerifiedAt: entity.emailVerifiedAt ?? null,
    twoFactorEnabled: entity.twoFactorEnabledAt != null,
    locale: entity.locale ?? null,
    timezone: entity.timezone ?? null,
    termsAcceptedAt: entity.termsAcceptedAt ?? null,
    privacyPolicyAcceptedAt: entity.privacyPolicyAcceptedAt ?? null,
    passwordChangedAt: entity.passwordChangedAt,
    createdAt: entity.createdAt,
  };
  return Object.assign(new User(), visible, viewer === 'full' ? hidden : {});
}
