import { describe, expect, test } from 'vitest';
import { parseSmtpUrl } from '../../../src/lib/smtp-url.js';

describe('SMTP_URL', () => {
  test('gives the server and the sign-in', () => {
    expect(parseSmtpUrl('smtp://gate%40house:p%2Fw@mail.example.com?name=gate.example.com', true)).toEqual({
      host: 'mail.example.com',
      port: 587,
      secure: false,
      auth: { user: 'gate@house', pass: 'p/w' },
      requireTls: true,
      ignoreTls: false,
      rejectUnauthorized: true,
      name: 'gate.example.com',
    });
  });

  test.each([
    ['smtps://mail.example.com', { port: 465, secure: true, requireTls: false, rejectUnauthorized: true }],
    ['smtp://mailpit:1025', { port: 1025, secure: false, requireTls: true, rejectUnauthorized: true }],
    ['smtp://mailpit?requireTLS=false', { requireTls: false, rejectUnauthorized: true }],
    ['smtp://mailpit?requiretls=0', { requireTls: false }],
    ['smtp://user:secret@mailpit?requireTLS=false', { requireTls: true }],
    ['smtp://[::1]:2525?requireTLS=true', { host: '::1', port: 2525, requireTls: true }],
  ])('%s in production', (url, server) => {
    expect(parseSmtpUrl(url, true)).toMatchObject(server);
  });

  test.each([
    'tls.rejectUnauthorized=false',
    'tls.rejectUnauthorized=0',
    'ignoreTLS=true',
    'TLS.REJECTUNAUTHORIZED=false',
  ])('?%s only outside production', (query) => {
    const url = `smtp://user:secret@mail.example.com?${query}`;
    expect(() => parseSmtpUrl(url, true)).toThrow(/^SMTP_URL must not turn off TLS or its verification/);
    expect(() => parseSmtpUrl(url, false)).not.toThrow();
  });

  test.each([
    ['http://user:secret@mail.example.com', 'SMTP_URL must start with smtp:// or smtps:// and name a host'],
    ['mail.example.com', 'SMTP_URL must start with smtp:// or smtps:// and name a host'],
    [
      'smtp://user:secret@mail.example.com?opportunisticTLS=true',
      'SMTP_URL has an unknown parameter; it can have requireTLS, ignoreTLS, tls.rejectUnauthorized and name',
    ],
  ])('%s is refused without repeating the password', (url, message) => {
    expect(() => parseSmtpUrl(url, false)).toThrow(new Error(message));
  });
});
