import { describe, expect, it } from 'vitest';
import { failedRules, type PasswordPolicy } from '../../../src/services/passwords/policy.js';
import { GOOD_PASSWORDS } from '../../support/password-tables.js';

const policies: PasswordPolicy[] = [
  { kind: 'composition', minLength: 8 },
  { kind: 'nist', minLength: 8 },
];

/** What the password fails under every policy. */
function failedAnywhere(password: string, account: Parameters<typeof failedRules>[2]) {
  return policies.map((policy) => failedRules(policy, password, account));
}

const BOOKS = 'anna@xn--bcher-meier-thb.de';
const CYRILLIC = 'ivan@xn--e1afmkfd.xn--p1ag';
const BRONTE = 'charlotte.bronte7@example.test';

describe('P2: the address and its domain are known in Unicode', () => {
  it.each([
    [BOOKS, 'anna@bücher-meier.de'],
    [BOOKS, 'Anna@Bücher-Meier.de1!'],
    [BOOKS, 'bücher-meier.de'],
    [BOOKS, 'BücherMeier2024!'],
    [BOOKS, 'Buecher-Meier1!'],
    [BOOKS, 'Meier-Bücher-77'],
    [CYRILLIC, 'ivan@пример.рф'],
    [CYRILLIC, 'пример.рф'],
    [CYRILLIC, 'Пример-2024'],
    ['li@xn--fsqu00a.xn--0zwm56d', 'Li@例子.测试!2024'],
    ['mia@xn--strae-oqa.example', 'Mia@Straße.example1'],
    ['mia@mail.xn--mnchen-3ya.example', 'Muenchen-Mail-1!'],
  ])('of %s, %s is made', (email, password) => {
    for (const failed of failedAnywhere(password, { email })) expect(failed).toContain('RESEMBLES_ACCOUNT');
  });
});

describe('P2: words of the account are known behind signs, backwards and spelt out', () => {
  it.each([
    ['anna@example.com', '4nna@ex4mple.c0m'],
    ['anna@example.com', '4nn4-3x4mpl3-2024!'],
    ['anna@example.com', 'AnnaAtExampleDotCom1'],
    ['anna@example.com', 'https://www.Example.com/7'],
    ['anna@example.com', 'elpmaxE-anna-77!'],
    ['anna.schmidt@x1.example', 'Schm1dt4nna!'],
    ['info@wolf-consulting.example', 'w0lfc0nsult1ng'],
    ['info@wolf-consulting.example', 'Wolf.Consulting-1'],
    [BRONTE, 'Ch4rl0tte!Br0nt3'],
    [BRONTE, 'Charlotte1!Bronte7'],
    [BRONTE, 'Ch@rl0tte-2024'],
    [BRONTE, 'charlotte.bronte7(at)example(dot)test'],
    [BRONTE, 'Charlotte.Bronte7 at Example dot Test'],
    [BRONTE, 'mailto:charlotte.bronte7@example.test'],
    [BRONTE, 'tset.elpmaxe@7etnorB.ettolrahC'],
    ['83920174@qq.com', '8392-0174'],
    ['83920174@qq.com', 'Qq.8392.0174!'],
    ['83920174@qq.com', '4710-2938-Ab!'],
    ['mia.19840512@x1.example', 'M1984-05-12!x'],
  ])('of %s, %s is made', (email, password) => {
    for (const failed of failedAnywhere(password, { email })) expect(failed).toContain('RESEMBLES_ACCOUNT');
  });

  it.each([
    BOOKS,
    CYRILLIC,
    BRONTE,
    '83920174@qq.com',
    'info@wolf-consulting.example',
    'lilo@toil.example',
    'al.ose@sea-lion-bay.example',
  ])('good passwords of %s pass', (email) => {
    const phrases = [
      'Wolf im Schafspelz trinkt 3 Tee.',
      'Anna eats 7 cats at Noon!',
      'Meier bäckt am 7. Brot und Kuchen',
      'Пример: 7 зелёных яблок на Столе',
      'Charlotte walks 9 miles at dawn!',
      '7011-59281-Xk!q',
      'Call 83920174 for Pizza!',
      'Sea-Salt-Lamp-31-Otter',
    ];
    for (const password of [...GOOD_PASSWORDS, ...phrases])
      expect([password, ...failedAnywhere(password, { email })]).toEqual([password, [], []]);
  });
});
