/** Names in which nobody could see anything, by what they are made of. */
export const UNSEEN_NAMES: readonly string[] = [
  ...['', ' ', '\u00A0', '\u1680', '\u3000', '\u2028', '\u200B\u200D', '\u2060', '\u00AD', '\uFEFF', '\u180E'],
  ...['\u0301', '\u0301\u0302', ' \u0301', '\u00A0\u20DD', '\u093E', '\u0E34', '\u064B\u0651', '\u05B0', '\u{16FE4}'],
  ...[
    '\uFFFC',
    '\uFFFC \uFFFC',
    '\u2800',
    '\u{1D159}',
    '\u{13441}',
    '\u3164',
    '\uFFA0',
    '\u115F\u1160',
    '\u17B4',
    '\u034F',
  ],
  ...[
    '\u{E0041}\u{E007F}',
    '\uFE0F',
    '\uFE0E\u{E0100}',
    '\u180B',
    '\u061C\u200E\u200F',
    '\u2061\u2064',
    '\uFFF9\uFFFB',
  ],
  ...['\uE000', '\uF8FF\u{F0000}', '\u{10FFFD}', '\u0378', '\u{1FFFE}', '\uFDD0', '\u{E0002}', '\u{1D173}'],
];

/** Names that look like nothing else and are somebody's. */
export const SEEN_NAMES: readonly string[] = [
  ...[
    'Robin',
    'Ana\u0301',
    'สมชาย',
    'กิ่ง',
    'हिन्दी',
    'क्‍ष',
    'مُحَمَّد',
    'می‌خواهم',
    'שָׁלוֹם',
    '李',
    'ゆき',
    '김민수',
    '\u1112\u1161\u11AB',
  ],
  ...['தமிழ்', 'ខ្មែរ', 'မြန်မာ', 'བོད', 'ᠮᠣᠩᠭᠣᠯ', 'Անի', 'ჯონი', 'አበበ', 'ᏣᎳᎩ', 'Nguyễn', 'Ø', '7', '.', '-'],
  ...['👩‍💻', '👨‍👩‍👧‍👦', '❤\uFE0F', '🏳️‍🌈', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '1️⃣', '🇩🇪', '👍🏽', '𝓐', 'e\u0301\u0302\u0303'],
];
