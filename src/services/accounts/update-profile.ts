import { UniqueConstraintViolationException } from '@mikro-orm/postgresql';
import type { z } from 'zod';
import { User } from '../../entities/user.js';
import type { accountInputs } from '../../inputs/account.js';
import { inputProblem, type Problem, problem } from '../../problems.js';
import { recordRefusal } from '../audit/record-refusal.js';
import { lockOne } from '../locks.js';
import type { Request } from '../use-case.js';
import { inTransaction } from '../work.js';

/** Changes to a profile. An absent field is unchanged, and null clears a field. */
export type ProfileChange = z.output<typeof accountInputs.updateProfile>;

/** The updated profile. */
export interface ProfileUpdated {
  kind: 'profile-updated';
  user: User;
}

type UpdateProblem = Problem<'INPUT_INVALID' | 'USERNAME_TAKEN' | 'UNAUTHENTICATED'>;

const FIELDS = ['displayName', 'username', 'locale', 'timezone'] as const;

function changedFields(user: User, change: ProfileChange): (typeof FIELDS)[number][] {
  return FIELDS.filter((field) => change[field] !== undefined && change[field] !== (user[field] ?? null));
}

async function write(request: Request, userId: string, change: ProfileChange): Promise<ProfileUpdated | UpdateProblem> {
  return await inTransaction(request, async (work) => {
    const { em } = work;
    const user = await lockOne(em, User, { id: userId, disabledAt: null });
    if (user === null) return problem('UNAUTHENTICATED');
    const changed = changedFields(user, change);
    if (changed.length === 0) return { kind: 'profile-updated', user };
    for (const field of changed) user[field] = change[field] ?? null;
    user.usernameKey = user.username?.toLowerCase() ?? null;
    user.updatedAt = work.now;
    await em.flush();
    const metadata = { fields: changed.join(', ') };
    await work.record({ type: 'PROFILE_UPDATE', userId, actorId: userId, metadata });
    return { kind: 'profile-updated', user };
  });
}

/** Updates a user's profile. A username that another account has, in any case, is refused even in a race. */
export async function updateProfile(
  request: Request,
  input: { userId: string; change: ProfileChange },
): Promise<ProfileUpdated | UpdateProblem> {
  const { userId, change } = input;
  if (change.username === null && request.settings.usernameRequired) {
    return inputProblem(['input', 'username'], 'required', 'Choose a username.');
  }
  try {
    return await write(request, userId, change);
  } catch (error) {
    if (!(error instanceof UniqueConstraintViolationException)) throw error;
    return await recordRefusal(request, 'PROFILE_UPDATE', userId, problem('USERNAME_TAKEN'));
  }
}
