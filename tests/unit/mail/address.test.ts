import { describe, expect, test } from 'vitest';
import { assertAddress, parseSender } from '../../../src/mail/address.js';
import { MailError } from '../../../src/mail/mail-error.js';
import { hostileRecipients } from './hostile-recipients.js';

describe('Q2: a recipient', () => {
  test.each(hostileRecipients.map((address) => [JSON.stringify(address), address]))('%s is refused', (_, address) => {
    expect(() => assertAddress(address)).toThrow(
      expect.objectContaining({ kind: 'permanent', message: 'the recipient is not one plain email address' }),
    );
    expect(() => assertAddress(address)).toThrow(MailError);
  });

  test.each(['robin@example.com', "o'hara+tag@mail.example.co.uk", 'a@localhost', `a@${'b'.repeat(63)}.example`])(
    '%s is taken',
    (address) => {
      expect(() => assertAddress(address)).not.toThrow();
    },
  );
});

describe('the sender', () => {
  test.each([
    ['no-reply@example.com', { name: '', address: 'no-reply@example.com' }],
    ['Gatehouse <no-reply@localhost>', { name: 'Gatehouse', address: 'no-reply@localhost' }],
    ['"Gate, house" <no-reply@example.com>', { name: 'Gate, house', address: 'no-reply@example.com' }],
    ['<no-reply@example.com>', { name: '', address: 'no-reply@example.com' }],
    ['"The \\"Best\\" Shop \\\\ Co" <a@x.example>', { name: 'The "Best" Shop \\ Co', address: 'a@x.example' }],
    ['"Acme (Berlin): Shop; @home" <a@x.example>', { name: 'Acme (Berlin): Shop; @home', address: 'a@x.example' }],
    ["Müller & Söhne – O'Neil 🎉 <a@x.example>", { name: "Müller & Söhne – O'Neil 🎉", address: 'a@x.example' }],
    ['Bücher <post@bücher.example>', { name: 'Bücher', address: 'post@xn--bcher-kva.example' }],
    ['post@bücher.example', { name: '', address: 'post@xn--bcher-kva.example' }],
    ["r&d/o'hara@x.example", { name: '', address: "r&d/o'hara@x.example" }],
  ])('%s', (text, sender) => {
    expect(parseSender(text)).toEqual(sender);
  });

  test.each([
    '',
    'Gatehouse',
    'a@b, c@d',
    'Gate\nhouse <a@b>',
    'x <a@b> y',
    '<a@b> <c@d>',
    'Acme, Shop <a@b>',
    'b@c <a@b>',
    '"Acme <a@b>',
    '"Acme" Shop" <a@b>',
    '"Acme <c@d>" <a@b>',
    'Acme\u202Eelpmaxe <a@b>',
    '=?utf-8?Q?Acme?= <a@b>',
    `${'x'.repeat(65)}@example.com`,
    `a@${'x'.repeat(64)}.example`,
    'a@foo-.example.com',
    'a..b@example.com',
    'müller@example.com',
  ])('%j is refused', (text) => {
    expect(() => parseSender(text)).toThrow('MAIL_FROM must be one email address, bare or with a display name');
  });
});
