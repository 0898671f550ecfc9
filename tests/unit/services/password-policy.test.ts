import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { activeRules, failedRules, type PasswordPolicy } from '../../../src/services/passwords/policy.js';

const composition: PasswordPolicy = { kind: 'composition', minLength: 8 };
const nist: PasswordPolicy = { kind: 'nist', minLength: 15 };
const account = { email: 'somebody@example.com' };

describe('P2: common passwords are refused', () => {
  it.each([
    'Pass@123',
    'P@ssw0rd',
    'P@ssword1',
    'P@$$w0rd',
    'Pa$$w0rd',
    'Admin@123',
    'Aa@123456789',
    'Password1!',
    'Password@123',
    'Password@2024',
    'Passw0rd!',
    'Welcome@123',
    'Welcome1!',
    'Qwerty@123',
    'Qwerty123!',
    'Qwer1234!',
    'Abcd@1234',
    'Abc@1234',
    'Asdf@1234',
    'Test@123',
    'Hello@123',
    'Letmein1!',
    'Iloveyou1!',
    '!QAZ2wsx',
    '1qaz@WSX',
    'Zaq1@wsx',
    'Summer2024!',
    'Aaaaaaa1!',
  ])('%s meets the four classes and is refused all the same', (password) => {
    expect(failedRules(composition, password, account)).toEqual(['TOO_COMMON']);
  });

  it('good ones are accepted', () => {
    const good = [
      'Correct-Horse-7-Staple',
      'Monkey-wrench-49',
      'tRq8!vLm',
      'Xy7!Xy7!Qp',
      'Über-den-Wolken-7',
      'Dragon!8841-moth',
    ];
    for (const password of good)
      expect([password, failedRules(composition, password, account)]).toEqual([password, []]);
    for (let count = 0; count < 200; count += 1) {
      const random = `${randomBytes(15).toString('base64')}aA1!`;
      expect(failedRules(composition, random, account)).toEqual([]);
    }
    expect(failedRules(nist, 'seven quiet herons wait', account)).toEqual([]);
  });
});

describe('D2: lengths count code points', () => {
  it('at the lower bound', () => {
    expect(failedRules(nist, '😀ab😀cd😀ef😀gh😀ij', account)).toEqual([]);
    expect(failedRules(nist, '😀ab😀cd😀ef😀gh😀i', account)).toEqual(['TOO_SHORT']);
  });

  it('at the upper bound', () => {
    const letters = 'Aa1!'.repeat(64);
    expect(failedRules(composition, `${letters}x`, account)).toEqual(['TOO_LONG']);
    expect(failedRules(nist, '😀ab'.repeat(86).slice(0, -1), account)).toEqual(['TOO_LONG']);
  });

  it('after NFC: a letter and its accent are one', () => {
    const seven = `Aa1!x${'e\u0301'.repeat(2)}`;
    expect(failedRules(composition, seven, account)).toEqual(['TOO_SHORT']);
  });
});

describe('the rules that forms are told', () => {
  it('are those that can fail', () => {
    expect(activeRules(nist)).toEqual(['TOO_SHORT', 'TOO_LONG', 'TOO_COMMON', 'RESEMBLES_ACCOUNT']);
    expect(activeRules(composition)).toHaveLength(8);
  });
});

it('a word of the account counts only where little stands beside it', () => {
  const named = { email: 'rosalind@example.com', username: 'thornbury', displayName: 'Al' };
  expect(failedRules(composition, 'xRosalind-7', named)).toContain('RESEMBLES_ACCOUNT');
  expect(failedRules(composition, 'THORNBURY-7x', named)).toContain('RESEMBLES_ACCOUNT');
  expect(failedRules(composition, 'Rosalind-walks-7-miles', named)).toEqual([]);
  expect(failedRules(composition, 'Al-7-quiet-herons', named)).toEqual([]);
});
