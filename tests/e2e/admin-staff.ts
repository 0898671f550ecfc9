import type { Page } from 'playwright-core';
import { quickUser, rows } from '../support/accounts.js';
import { sharedGateway, type TestGateway, type TestOptions } from '../support/app.js';
import { PASSWORD } from '../support/journey.js';
import { freePort } from '../support/ports.js';
import { appCode, toNextStep, twoFactorUser } from '../support/totp.js';

/** A gateway that listens, with the address of its page. */
export interface AdminGateway {
  gateway: TestGateway;
  origin: string;
  /** The address of a path below `/admin`. */
  at(path?: string): string;
}

/** Starts a gateway that a browser can open. */
export async function adminGateway(options: TestOptions = {}): Promise<AdminGateway> {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const gateway = await sharedGateway({ ...options, env: { PUBLIC_URL: origin, ...options.env } });
  await gateway.app.http.listen({ host: '127.0.0.1', port });
  return { gateway, origin, at: (path = '') => `${origin}/admin${path}` };
}

/** A member of staff who signs in with a password and an authenticator app. */
export interface StaffAccount {
  id: string;
  email: string;
  secret: string;
}

/** Creates a member of staff with a second factor. */
export async function staffAccount(
  gateway: TestGateway,
  role: 'admin' | 'support',
  email?: string,
): Promise<StaffAccount> {
  const { id, email: address, secret } = await twoFactorUser(gateway, email === undefined ? {} : { email });
  await rows(gateway, 'UPDATE users SET role = ? WHERE id = ? RETURNING id', [role, id]);
  return { id, email: address, secret };
}

/** Creates an account with a role and no second factor. */
export async function plainAccount(
  gateway: TestGateway,
  role: string,
  email?: string,
): Promise<{ id: string; email: string }> {
  const user = await quickUser(gateway, email === undefined ? {} : { email });
  await rows(gateway, 'UPDATE users SET role = ? WHERE id = ? RETURNING id', [role, user.id]);
  return user;
}

/** Fills in both steps of the sign-in that the page shows. */
export async function signInOn(page: Page, gateway: TestGateway, { email, secret }: StaffAccount): Promise<void> {
  await page.getByLabel('Email address or username').fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Second step' }).waitFor();
  toNextStep(gateway);
  await page.getByLabel('Code').fill(appCode(gateway, secret));
  await page.keyboard.press('Enter');
  await page.getByRole('navigation', { name: 'Administration' }).waitFor();
}
