import {
  ChangePasswordDocument,
  LoginDocument,
  RequestPasswordResetDocument,
  ResetPasswordDocument,
  VerifyPasswordResetCodeDocument,
} from '../generated/operations.js';
import { mailedTo } from './accounts.js';
import type { Ask, TestGateway } from './app.js';
import { expectType, PASSWORD } from './journey.js';

/** Another password that every policy accepts. */
export const NEW_PASSWORD = 'Patient-Otter-9-Lantern';

export async function login(gateway: TestGateway, identifier: string, password: string, ask?: Ask) {
  const input = { identifier, password, tokenDelivery: 'BODY' as const };
  return (await gateway.ask(LoginDocument, { input }, ask)).data.login;
}

export async function requestReset(gateway: TestGateway, email: string, ask?: Ask) {
  return (await gateway.ask(RequestPasswordResetDocument, { input: { email } }, ask)).data.requestPasswordReset;
}

export async function verifyCode(gateway: TestGateway, email: string, code: string, ask?: Ask) {
  return (await gateway.ask(VerifyPasswordResetCodeDocument, { input: { email, code } }, ask)).data
    .verifyPasswordResetCode;
}

export async function reset(gateway: TestGateway, resetToken: string, newPassword = NEW_PASSWORD, ask?: Ask) {
  return (await gateway.ask(ResetPasswordDocument, { input: { resetToken, newPassword } }, ask)).data.resetPassword;
}

export async function change(gateway: TestGateway, token: string, input: { current?: string; next?: string } = {}) {
  const { current: currentPassword = PASSWORD, next: newPassword = NEW_PASSWORD } = input;
  return (await gateway.ask(ChangePasswordDocument, { input: { currentPassword, newPassword } }, { token })).data
    .changePassword;
}

/** Asks for a reset past the cool-down, and reads code and link as the mail shows them. */
export async function resetMailOf(gateway: TestGateway, email: string): Promise<{ code: string; token: string }> {
  gateway.clock.advance(61);
  expectType(await requestReset(gateway, email), 'MailAccepted');
  return await mailedTo(gateway, email, 'RESET_PASSWORD');
}

/** Takes the mailed code for a ticket. */
export async function ticketOf(gateway: TestGateway, email: string): Promise<string> {
  const { code } = await resetMailOf(gateway, email);
  return expectType(await verifyCode(gateway, email, code), 'PasswordResetTicket').resetToken;
}
