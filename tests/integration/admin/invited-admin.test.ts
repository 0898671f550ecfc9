import { describe, expect, it } from 'vitest';
import { createFirstAdmin } from '../../../src/services/admin/create-first-admin.js';
import { deleteUser } from '../../../src/services/admin/delete-user.js';
import { inviteFirstAdmin } from '../../../src/services/admin/invite-first-admin.js';
import { inviteUser } from '../../../src/services/admin/invite-user.js';
import { LoginDocument, ResetPasswordDocument, VerifyEmailDocument } from '../../generated/operations.js';
import { accountOf, atOnce, commandContext, mailedTo, quickUser, rows, signedUp } from '../../support/accounts.js';
import { type TestGateway, testGateway } from '../../support/app.js';
import { expectType, newEmail, PASSWORD } from '../../support/journey.js';

const NEW_PASSWORD = 'Brave-Otter-41-Window';

const invite = (gateway: TestGateway, email: string) => inviteFirstAdmin(commandContext(gateway), email);

async function mailsTo(gateway: TestGateway, email: string): Promise<string[]> {
  const text = "SELECT mail FROM outbox_messages WHERE recipient = ? AND mail <> 'none' ORDER BY created_at, id";
  return (await rows<{ mail: string }>(gateway, text, [email])).map(({ mail }) => mail);
}

async function accept(gateway: TestGateway, email: string): Promise<void> {
  const { token: resetToken } = await mailedTo(gateway, email, 'RESET_PASSWORD');
  const { data } = await gateway.ask(ResetPasswordDocument, { input: { resetToken, newPassword: NEW_PASSWORD } });
  expectType(data.resetPassword, 'PasswordResetSuccess');
}

async function roleOf(gateway: TestGateway, identifier: string, password: string): Promise<string | undefined> {
  const { data } = await gateway.ask(LoginDocument, { input: { identifier, password, tokenDelivery: 'BODY' } });
  return data.login.__typename === 'LoginSuccess' ? (data.login.user.role ?? undefined) : undefined;
}

describe('the first admin by ADMIN_EMAIL', () => {
  it('is invited once, over many starts at once and one after another, and never again after accepting', async () => {
    const gateway = await testGateway();
    const email = newEmail();
    const outcomes = await atOnce(4, () => invite(gateway, email));
    expect(outcomes.toSorted()).toEqual(['INVITED', 'WAITING', 'WAITING', 'WAITING']);
    expect(await invite(gateway, email)).toBe('WAITING');
    expect(await mailsTo(gateway, email)).toEqual(['invitation']);
    const events = "SELECT type, metadata FROM audit_events WHERE type <> 'LOGIN'";
    const metadata = { by: 'operator', reason: 'FIRST_ADMIN', role: 'admin' };
    expect(await rows(gateway, events)).toEqual([{ type: 'USER_INVITE', metadata }]);

    await accept(gateway, email);
    expect(await roleOf(gateway, email, NEW_PASSWORD)).toBe('admin');
    gateway.clock.advance(30 * 86_400);
    expect(await invite(gateway, email)).toBe('EXISTS');
    expect(await invite(gateway, newEmail())).toBe('EXISTS');
    expect(await mailsTo(gateway, email)).not.toContain('role-changed');
  });

  it('is invited again by a start after the invitation expired, and after its email failed', async () => {
    const gateway = await testGateway();
    const email = newEmail();
    expect(await invite(gateway, email)).toBe('INVITED');
    gateway.clock.advance(7 * 86_400 + 1);
    expect(await invite(gateway, email)).toBe('INVITED');
    await rows(gateway, "UPDATE outbox_messages SET status = 'FAILED' RETURNING id");
    expect(await invite(gateway, email)).toBe('INVITED');
    expect(await invite(gateway, email)).toBe('WAITING');
    await accept(gateway, email);
    expect(await roleOf(gateway, email, NEW_PASSWORD)).toBe('admin');
  });

  it('is another address once the setting was corrected, and the former one becomes nobody', async () => {
    const gateway = await testGateway();
    const [wrong, right, colleague] = [newEmail(), newEmail(), newEmail()];
    await invite(gateway, wrong);
    await inviteUser(commandContext(gateway), { kind: 'operator' }, { email: colleague, role: 'admin' });
    expect(await invite(gateway, right)).toBe('INVITED');
    await accept(gateway, wrong);
    expect(await roleOf(gateway, wrong, NEW_PASSWORD)).toBe('user');
    await accept(gateway, right);
    expect(await roleOf(gateway, right, NEW_PASSWORD)).toBe('admin');
    expect((await accountOf(gateway, colleague))?.role).toBe('admin');
  });

  it('is deleted while nobody has accepted: an admin who cannot sign in is not the last who can', async () => {
    const gateway = await testGateway();
    const email = newEmail();
    await invite(gateway, email);
    const outcome = await deleteUser(commandContext(gateway), { kind: 'operator' }, { email }, email);
    expect(outcome.kind).toBe('user-acted');
    expect(await accountOf(gateway, email)).toBeNull();
  });

  it('is the account that the owner of the address already has', async () => {
    const gateway = await testGateway();
    const { email } = await quickUser(gateway);
    expect(await invite(gateway, email)).toBe('RAISED');
    expect(await invite(gateway, email)).toBe('EXISTS');
    expect(await roleOf(gateway, email, PASSWORD)).toBe('admin');
    expect((await mailsTo(gateway, email)).at(-1)).toBe('role-changed');
  });

  it('is never opened by the password of a stranger who signed up with the address', async () => {
    const gateway = await testGateway();
    const { email } = await signedUp(gateway, { username: 'stranger', displayName: 'Stranger' });
    const { code } = await mailedTo(gateway, email);
    expect(await invite(gateway, email)).toBe('INVITED');
    expect(await accountOf(gateway, email)).toMatchObject({ username: null, displayName: null, role: 'admin' });
    expectType((await gateway.ask(VerifyEmailDocument, { input: { email, code } })).data.verifyEmail, 'EmailVerified');
    expect(await roleOf(gateway, email, PASSWORD)).toBeUndefined();
    await accept(gateway, email);
    expect(await roleOf(gateway, email, NEW_PASSWORD)).toBe('admin');
  });

  it('is not a disabled account, and the command makes an admin while an invitation waits', async () => {
    const gateway = await testGateway();
    const { email } = await quickUser(gateway);
    await rows(gateway, 'UPDATE users SET disabled_at = now() WHERE email = ? RETURNING id', [email]);
    expect(await invite(gateway, email)).toBe('DISABLED');
    expect(await mailsTo(gateway, email)).toEqual(['verify-email']);
    const invited = newEmail();
    await invite(gateway, invited);
    const made = await createFirstAdmin(commandContext(gateway), { email: invited, password: PASSWORD });
    expect(made).toMatchObject({ kind: 'admin-created' });
    expect(await roleOf(gateway, invited, PASSWORD)).toBe('admin');
  });
});
