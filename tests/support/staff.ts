import { quickUser, rows } from './accounts.js';
import type { TestGateway } from './app.js';
import { loggedIn } from './journey.js';

/** A member of staff who is signed in. */
export interface StaffMember {
  id: string;
  email: string;
  token: string;
}

/** Gives an account a role and signs it in. */
export async function staffMember(gateway: TestGateway, role: 'admin' | 'support'): Promise<StaffMember> {
  const { id, email } = await quickUser(gateway);
  await rows(gateway, 'UPDATE users SET role = ? WHERE id = ? RETURNING id', [role, id]);
  const { accessToken: token } = await loggedIn(gateway, email);
  return { id, email, token };
}
