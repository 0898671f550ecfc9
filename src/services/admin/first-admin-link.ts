import { hasAdmin } from '../accounts/admins.js';
import type { UseCaseContext } from '../use-case.js';

const TTL_SECONDS = 3_600;
const TOKEN = /^(\d{1,12})\.([\w-]{43})$/;

type Needs = Pick<UseCaseContext, 'secretKeys' | 'clock'>;

/**
 * Returns a token that allows creating the first admin, for an hour. It needs no row, and the first admin makes it
 * worthless.
 */
export function firstAdminToken({ secretKeys, clock }: Needs): string {
  const until = String(Math.floor(clock.now().getTime() / 1_000) + TTL_SECONDS);
  return `${until}.${secretKeys.authenticate('first-admin-link', [until]).toString('base64url')}`;
}

/** Returns whether the token allows creating the first admin now. */
export async function opensFirstAdmin(context: Needs & Pick<UseCaseContext, 'em'>, token: string): Promise<boolean> {
  const [, until = '', tag = ''] = TOKEN.exec(token) ?? [];
  if (Number(until) * 1_000 <= context.clock.now().getTime()) return false;
  if (!context.secretKeys.verify('first-admin-link', [until], Buffer.from(tag, 'base64url'))) return false;
  return !(await hasAdmin(context.em));
}
