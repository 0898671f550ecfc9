import { expect, it } from 'vitest';
import { emailKey } from '../../../src/lib/email-key.js';

it.each([
  ['a.d.a+news@gmail.com', 'ada@gmail.com'],
  ['ada@googlemail.com', 'ada@gmail.com'],
  ['ada+x+y@gmail.com', 'ada@gmail.com'],
  ['ada+news@outlook.com', 'ada@outlook.com'],
  ['ada+news@hotmail.co.uk', 'ada@hotmail.co.uk'],
  ['ada+news@icloud.com', 'ada@icloud.com'],
  ['ada@ya.ru', 'ada@yandex.ru'],
])('%s is delivered where %s is', (email, key) => {
  expect(emailKey(email)).toBe(key);
});

it.each([
  'a.d.a+news@example.com',
  'a.d.a@outlook.com',
  'mary-ann@yahoo.com',
  'ada+news@mail.gmail.com',
  'ada@gmail.com.example.com',
  '+news@gmail.com',
])('%s is an address of its own', (email) => {
  expect(emailKey(email)).toBe(email);
});

it('has one key for a key', () => {
  for (const email of ['a.d.a+news@googlemail.com', 'ada+x@live.com', 'x@ya.ru', 'b+c@example.com']) {
    expect(emailKey(emailKey(email))).toBe(emailKey(email));
  }
});
