import { describe, expect, test } from 'vitest';
import { emailAddress, isPlainAddress, normalIdentifier } from '../../../src/lib/email-address.js';

const a = (count: number) => 'a'.repeat(count);

describe('an address at the door', () => {
  test.each([
    ['info@example.xn--p1ai', 'info@example.xn--p1ai'],
    ['r&d@example.com', 'r&d@example.com'],
    ['user=x@example.com', 'user=x@example.com'],
    ["a'@example.com", "a'@example.com"],
    ['user/dept@example.com', 'user/dept@example.com'],
    ['!#$%*+-/=?^_`{|}~@example.com', '!#$%*+-/=?^_`{|}~@example.com'],
    [' Robin@EXAMPLE.com ', 'robin@example.com'],
    ['post@Bücher.example', 'post@xn--bcher-kva.example'],
    ['info@пример.рф', 'info@xn--e1afmkfd.xn--p1ai'],
    ['info@例え。テスト', 'info@xn--r8jz45g.xn--zckzah'],
    ['\ta@example.com\r\n', 'a@example.com'],
    ['\u200B\u2068a@example.com\u2069\uFEFF', 'a@example.com'],
    ['\u202Aa@example.com\u202C', 'a@example.com'],
    ['\u200E\u00ADa@example.com\u200F\u2060\u0085', 'a@example.com'],
    [`${' '.repeat(300)}a@example.com${'\u3000'.repeat(300)}`, 'a@example.com'],
    [`${a(64)}@example.com`, `${a(64)}@example.com`],
    [`x@${a(63)}.example`, `x@${a(63)}.example`],
  ])('%s is kept as %s', (typed, kept) => {
    expect(emailAddress.safeParse(typed).data).toBe(kept);
    expect(isPlainAddress(kept)).toBe(true);
    expect(emailAddress.safeParse(kept).data).toBe(kept);
  });

  test.each([
    [`${a(65)}@example.com`, 'too_long'],
    [`x@${a(64)}.example`, 'email'],
    ['a@foo-.example.com', 'email'],
    ['a@-foo.example.com', 'email'],
    ['a@foo_bar.example', 'email'],
    ['a@xn--zz--.example', 'email'],
    ['.a@example.com', 'email'],
    ['a.@example.com', 'email'],
    ['a..b@example.com', 'email'],
    ['"a b"@example.com', 'email'],
    ['a@b@example.com', 'email'],
    ['a@localhost', 'email'],
    ['a@192.0.2.1', 'email'],
    ['a@[192.0.2.1]', 'email'],
    ['a@example.com.', 'email'],
    ['a@ex\uFF41mple.com', 'email'],
    ['a@ex\u{1D41A}mple.com', 'email'],
    ['a\uFF20example.com', 'email'],
    ['a@ex\u0430mple\u2024com', 'email'],
    ['a\uFE6Bexample.com', 'email'],
    ['a@exam\u200Bple.com', 'email'],
    ['a@exam\u00ADple.com', 'email'],
    ['a@\u2068example.com', 'email'],
    ['a\u200B@example.com', 'email'],
    ['a\t@example.com', 'email'],
    ['\u0000a@example.com', 'email'],
    ['\uFF41@example.com', 'local_part_ascii'],
    ['a\uFF20b@example.com', 'email'],
    ['a@b\uFF20example.com', 'email'],
    ['a@\uFF11\uFF19\uFF12.0.2.1', 'email'],
    ['a@\u212Aelvin.example', 'email'],
    [`a@${'ü'.repeat(62)}.example`, 'email'],
    [`x@${[63, 63, 63, 61].map(a).join('.')}`, 'too_long'],
    ['jörg@example.com', 'local_part_ascii'],
    ['\u212Aate@example.com', 'local_part_ascii'],
    ['', 'email'],
    ['@example.com', 'email'],
  ])('%s is refused: %s', (typed, rule) => {
    const issue = emailAddress.safeParse(typed).error?.issues[0];
    expect(issue?.code === 'custom' ? issue.params?.rule : issue?.code).toBe(rule);
  });
});

describe('an identifier', () => {
  test.each([
    [' Robin@EXAMPLE.com', 'robin@example.com'],
    ['post@Bücher.example', 'post@xn--bcher-kva.example'],
    ['Robin_1', 'robin_1'],
    ['\t\u2068Robin_1\u2069\r\n', 'robin_1'],
    ['\u200Ba@example.com\n', 'a@example.com'],
    ['\u212Aate', '\u212Aate'],
    ['\u212Aate@example.com', '\u212Aate@example.com'],
    ['no@address@all', 'no@address@all'],
  ])('%s is %s', (typed, normal) => {
    expect(normalIdentifier(typed)).toBe(normal);
  });
});
