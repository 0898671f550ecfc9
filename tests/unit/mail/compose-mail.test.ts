import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { OneTimeCode, OneTimeCodePurpose } from '../../../src/entities/one-time-code.js';
import type { OutboxMessage } from '../../../src/entities/outbox-message.js';
import { createSecretKeys } from '../../../src/lib/secret-keys.js';
import { deriveCode, readToken } from '../../../src/services/one-time-codes/derive.js';
import { loadSettings } from '../../../src/settings.js';
import { composeMail } from '../../../src/workers/compose-mail.js';
import { cases, names, sampleOf, variablesOf } from './samples.js';

const secretKeys = createSecretKeys('a secret of the tests that is long enough');
const clock = { now: () => new Date('2026-11-21T10:00:00.000Z') };

function needs(env: Record<string, string> = {}) {
  const settings = loadSettings({ NODE_ENV: 'test', PUBLIC_URL: 'http://gate.example:4000', ...env });
  return { settings, secretKeys, clock, locate: () => ({ city: null, country: null }) };
}

const withCode: Record<string, { purpose: OneTimeCodePurpose; page?: string; digits: boolean }> = {
  'verify-email': { purpose: 'VERIFY_EMAIL', page: '/verify-email', digits: true },
  'reset-password': { purpose: 'RESET_PASSWORD', page: '/reset-password', digits: true },
  'password-change-required': { purpose: 'RESET_PASSWORD', page: '/reset-password', digits: true },
  invitation: { purpose: 'RESET_PASSWORD', page: '/reset-password', digits: false },
  'change-email': { purpose: 'CHANGE_EMAIL', digits: true },
  'new-device': { purpose: 'REPORT_SESSION', page: '/report-session', digits: false },
  'email-changed': { purpose: 'REVERT_EMAIL', page: '/revert-email', digits: false },
};
const withLink = Object.entries(withCode).filter(([, { page }]) => page !== undefined);

/** What a row may say: text, and nothing that is derived. */
function rowVariables(mail: string): Record<string, string> {
  const derived = ['code', 'link', 'codeMinutes', 'linkMinutes', 'linkHours', 'appName', 'support', 'replyTo'];
  const name = names.find((one) => one === mail);
  const told = name === undefined ? [] : variablesOf(name).filter(([variable]) => !derived.includes(variable));
  return Object.fromEntries(told.map(([variable]) => [variable, String(name && sampleOf(name)[variable])]));
}

function outboxRow(mail: string, changes: Partial<OutboxMessage> = {}): OutboxMessage {
  const row = { id: randomUUID(), mail, recipient: 'robin@example.com', locale: 'en', variables: rowVariables(mail) };
  return { ...row, ...changes } as OutboxMessage;
}

function codeRow(purpose: OneTimeCodePurpose): OneTimeCode {
  return { id: randomUUID(), purpose, address: 'robin@example.com', keyId: secretKeys.currentId } as OneTimeCode;
}

function codeFor(mail: string): OneTimeCode | null {
  const purpose = withCode[mail]?.purpose;
  return purpose === undefined ? null : codeRow(purpose);
}

describe('a mail of the outbox', () => {
  test.each(cases)('$name in $locale is written from its row and its code', ({ name, locale }) => {
    const row = codeFor(name);
    const message = outboxRow(name, { locale });
    const mail = composeMail(needs(), message, row);
    expect(mail).toMatchObject({ id: message.id, to: 'robin@example.com', mail: name, sentAt: clock.now() });
    const { page, digits = false } = withCode[name] ?? {};
    expect(mail.code).toBe(row !== null && digits ? deriveCode(secretKeys, row) : null);
    if (mail.code !== null) expect(mail.text).toContain(mail.code);
    const [address, token = ''] = mail.link?.split('#token=') ?? [];
    expect(address).toBe(page === undefined ? undefined : `http://gate.example:4000${page}?lang=${locale}`);
    if (row !== null && page !== undefined) expect(readToken(secretKeys, row.purpose, token)).toBe(row.id);
    expect(mail.text).toContain(mail.link ?? '');
    expect(mail.html).toContain(mail.link ?? '');
  });

  test('is the same at each try', () => {
    const [message, row] = [outboxRow('reset-password'), codeFor('reset-password')];
    expect(composeMail(needs(), message, row)).toEqual(composeMail(needs(), message, row));
  });

  test('shows how long its code and link work', () => {
    const env = { RESET_CODE_TTL: '4m', RESET_LINK_TTL: '45m', EMAIL_CHANGE_REVERT_TTL: '3d' };
    const { text } = composeMail(needs(env), outboxRow('reset-password'), codeFor('reset-password'));
    expect(text).toContain('(valid for 4 minutes)');
    expect(text).toContain('(valid for 45 minutes)');
    const changed = composeMail(needs(env), outboxRow('email-changed'), codeFor('email-changed'));
    expect(changed.text).toContain('(valid for 3 days)');
  });

  test('numbers come out of the row as text', () => {
    const locked = outboxRow('account-locked', {
      variables: { occurredAt: clock.now().toISOString(), lockedMinutes: '30' },
    });
    expect(composeMail(needs(), locked, null).text).toContain('is paused for 30 minutes');
  });

  test('tells of a change that can not be taken back, without a link', () => {
    const mail = composeMail(needs({ APP_URL: 'https://app.example.com' }), outboxRow('email-changed'), null);
    expect(mail).toMatchObject({ code: null, link: null });
    expect(mail.text).not.toContain('://');
  });

  test('leads the owner of an account to the app, where there is one', () => {
    const mail = outboxRow('already-registered');
    expect(composeMail(needs({ APP_URL: 'https://app.example.com' }), mail, null).link).toBe('https://app.example.com');
    expect(composeMail(needs(), mail, null).link).toBeNull();
  });
});

describe('O6: a link', () => {
  test.each(withLink)('of %s leads to the app of the settings, with its token in the fragment', (mail, { page }) => {
    const env = { APP_URL: 'https://app.example.com' };
    const { link } = composeMail(needs(env), outboxRow(mail), codeFor(mail));
    expect(link).toMatch(/#token=[\w-]{64}$/);
    const { origin, pathname, search } = new URL(link ?? '');
    expect({ origin, pathname, search }).toEqual({ origin: 'https://app.example.com', pathname: page, search: '' });
  });

  test.each(withLink)('of %s, its code and its times are not taken from the row', (mail) => {
    const forged = { link: 'https://evil.example', code: '000000', codeMinutes: '9', linkHours: '9', appName: 'Evil' };
    const message = outboxRow(mail);
    const row = codeFor(mail);
    const more = outboxRow(mail, { id: message.id, variables: { ...message.variables, ...forged } });
    expect(composeMail(needs(), more, row)).toEqual(composeMail(needs(), message, row));
  });
});

describe('a row that is wrong', () => {
  test.each(['toString', 'none', 'unheard-of'])('%s is no mail', (mail) => {
    expect(() => composeMail(needs(), outboxRow(mail), null)).toThrow('The outbox holds a mail of an unknown kind');
  });

  test.each(['RESET_TICKET', 'EXCHANGE', 'RESET_PASSWORD'] as const)(
    'a mail never shows the code of %s in place of its own',
    (purpose) => {
      for (const mail of ['verify-email', 'password-changed']) {
        expect(() => composeMail(needs(), outboxRow(mail), codeRow(purpose))).toThrow(
          `The mail ${mail} is about no code for ${purpose}`,
        );
      }
    },
  );

  test.each(['verify-email', 'reset-password', 'change-email', 'new-device'])(
    '%s is not sent without its code',
    (mail) => {
      expect(() => composeMail(needs(), outboxRow(mail), null)).toThrow(`the email ${mail} needs the variable`);
    },
  );
});
