import { SigningKey } from '../../entities/signing-key.js';
import type { UseCaseContext } from '../use-case.js';

/** PUBLISHED does not sign yet, ACTIVE signs, RETIRING only verifies tokens that it signed, RETIRED is no longer published. */
export type SigningKeyState = 'PUBLISHED' | 'ACTIVE' | 'RETIRING' | 'RETIRED';

/** A signing key without its private part. */
export interface ListedKey {
  id: string;
  algorithm: string;
  createdAt: Date;
  activeFrom: Date;
  retiresAt: Date | null;
  state: SigningKeyState;
}

function stateOf(key: SigningKey, signer: SigningKey | undefined, now: Date): SigningKeyState {
  if (key.retiresAt != null && key.retiresAt <= now) return 'RETIRED';
  if (key.activeFrom > now) return 'PUBLISHED';
  return key === signer ? 'ACTIVE' : 'RETIRING';
}

/** Lists the keys that the database has, newest first. */
export async function listKeys({ em, clock }: Pick<UseCaseContext, 'em' | 'clock'>): Promise<ListedKey[]> {
  const now = clock.now();
  const keys = await em.find(SigningKey, {}, { orderBy: { activeFrom: 'desc', id: 'desc' } });
  const signer = keys.find(({ activeFrom, retiresAt }) => activeFrom <= now && (retiresAt == null || retiresAt > now));
  return keys.map((key) => {
    const { id, algorithm, createdAt, activeFrom, retiresAt = null } = key;
    return { id, algorithm, createdAt, activeFrom, retiresAt, state: stateOf(key, signer, now) };
  });
}
