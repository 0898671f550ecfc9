import { describe, expect, test } from 'vitest';
import { assertAddress, parseSender } from '../../../src/mail/address.js';
import { MailError } from '../../../src/mail/mail-error.js';
import { hostileRecipients } from './hostile-recipients.js';

describe('Q2: a recipient', () => {
  test.each(hostileRecipients.map((address) => [JSON.stringify(address), address]))('%s is refused', (_, address) => {
    expect(() => assertAddress(address)).toThrow(
      expect.objectContaining({ kind: 'permanent', message: 'the recipient is not one plain mail address' }),
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
  ])('%s', (text, sender) => {
    expect(parseSender(text)).toEqual(sender);
  });

  test.each(['', 'Gatehouse', 'a@b, c@d', 'Gate\nhouse <a@b>', 'x <a@b> y', '<a@b> <c@d>'])('%j is refused', (text) => {
    expect(() => parseSender(text)).toThrow('MAIL_FROM must be one mail address, bare or with a display name');
  });
});
