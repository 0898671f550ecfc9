import { describe, expect, test } from 'vitest';
import { deviceNameHint, localeHint, timezoneHint } from '../../../src/lib/device-hints.js';
import { normalCode } from '../../../src/lib/typed-code.js';
import { isBlank, trimmed } from '../../../src/lib/visible-text.js';
import { SEEN_NAMES, UNSEEN_NAMES } from '../../support/visible-names.js';

describe('a typed code', () => {
  test.each([
    '    123456',
    '123 456\n',
    '123-456',
    '123–456',
    '123\u2011456',
    '123\u00A0456',
    '123\u202F456',
    '\u200B123\u2060456\uFEFF',
    '\u2066123456\u2069',
    '123.456',
    '１２３４５６',
    '١٢٣٤٥٦',
    '۱۲۳۴۵۶',
    '१२३४५६',
    '𝟏𝟐𝟑𝟜𝟝𝟞',
    '1 2 3 4 5 6',
    '"123456"',
    '„123456“',
    '(123456)',
    '[123 456]',
    '**123456**',
    '`123456`',
    '123、456。',
    '١٢٣٬٤٥٦',
    '#123456!',
  ])('%j is 123456', (typed) => {
    expect(normalCode(typed)).toBe('123456');
  });

  test('keeps letters, in ASCII', () => {
    expect(normalCode('ａｂｃｄ – 0x9Z')).toBe('abcd0x9Z');
    expect(normalCode('12\u0000456')).toBe('12\u0000456');
  });
});

describe('a hint of a device', () => {
  test.each([
    ['de_DE', 'de-DE'],
    ['en-US@posix', 'en-US'],
    ['de_DE.UTF-8', 'de-DE'],
    ['zh_hant_tw', 'zh-Hant-TW'],
    ['C.UTF-8', null],
    ['C', null],
    ['POSIX', null],
    ['posix.UTF-8', null],
    ['Deutsch', null],
    ['english', null],
    ['gsw_CH', 'gsw-CH'],
    ['', null],
    ['not a language', null],
    [`en-u-ca-gregory-co-phonebk-hc-h12-nu-latn`, 'en'],
    ['x'.repeat(5_000), null],
  ])('locale %j is %j', (typed, kept) => expect(localeHint(typed)).toBe(kept));

  test.each([
    ['Etc/Unknown', null],
    ['Europe/Vienna ', 'Europe/Vienna'],
    ['Mars/Olympus', null],
    ['', null],
    ['x'.repeat(5_000), null],
  ])('time zone %j is %j', (typed, kept) => expect(timezoneHint(typed)).toBe(kept));

  test.each([
    ['\u2068Robin’s phone\u2069', 'Robin’s phone'],
    ['a\nb\u0000c', 'a b c'],
    ['x'.repeat(5_000), 'x'.repeat(100)],
    [`${'x'.repeat(99)}😀`, 'x'.repeat(99)],
    ['\uD800', null],
    ['\u200B \u2800', null],
    ['👩‍💻', '👩‍💻'],
  ])('device name %j is %j', (typed, kept) => expect(deviceNameHint(typed)).toBe(kept));
});

describe('text that nobody can see', () => {
  const coded = (text: string) => [text, Array.from(text, (sign) => sign.codePointAt(0)?.toString(16)).join(' ')];

  test.each(UNSEEN_NAMES.concat('\uD83D', '\uDE00\uD83D').map(coded))('%j (%s)', (text) => {
    expect(isBlank(text)).toBe(true);
    expect(deviceNameHint(text)).toBeNull();
  });

  test.each(SEEN_NAMES.map(coded))('is not %j (%s)', (text) => {
    expect(isBlank(text)).toBe(false);
    expect(trimmed(text)).toBe(text);
    expect(deviceNameHint(text)).toBe(text);
  });

  test('is trimmed where it is a blank, and kept where it belongs to a sign', () => {
    expect(trimmed('\u00A0\u200B Robin \u3164')).toBe('Robin');
    expect(trimmed('❤\uFE0F')).toBe('❤\uFE0F');
    const unseen = ['\u115F', '\u1160', '\u00AD', '\u180E', '\u2061', '\u2064', '\uFEFF'];
    for (const mark of unseen) expect(trimmed(`${mark} Robin${mark}${mark}`), mark).toBe('Robin');
    expect(trimmed('\u202Eevil')).toBe('\u202Eevil');
  });

  test('is trimmed in a time that grows with its length and no faster', () => {
    const quickest = (length: number) => {
      const text = `x${' '.repeat(length)}x`;
      const times = Array.from({ length: 5 }, () => {
        const started = performance.now();
        for (let index = 0; index < 20; index += 1) trimmed(text);
        return performance.now() - started;
      });
      return Math.min(...times);
    };
    expect(quickest(8_000)).toBeLessThan(20 * Math.max(quickest(500), 0.05));
  });
});
