const ROWS = [
  '01234567890',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiop',
  'qwertzuiop',
  'azertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'yxcvbnm',
  '1q2w3e4r5t6y7u8i9o0p',
  'q1w2e3r4t5y6u7i8o9p0',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p',
  'qazwsxedcrfvtgbyhnujmikolp',
  'qweasdzxc',
];
const RUNS = ROWS.flatMap((row) => [row, [...row].reverse().join('')]);

/** The longest run from `start` that every keyboard or alphabet has, or that repeats one sign. */
function runAt(text: string, start: number): number {
  const repeated = /^(.)\1*/su.exec(text.slice(start))?.[0].length ?? 0;
  const lengths = RUNS.map((run) => {
    const from = run.indexOf(text[start] ?? '');
    let length = 0;
    while (from >= 0 && start + length < text.length && run[from + length] === text[start + length]) length += 1;
    return length;
  });
  return Math.max(repeated, ...lengths);
}

/** A lower-case text without the runs of at least so many signs along a row, a column or the alphabet. */
export function withoutRuns(text: string, shortest: number): string {
  let left = '';
  for (let start = 0; start < text.length; ) {
    const length = runAt(text, start);
    if (length < shortest) left += text[start];
    start += length < shortest ? 1 : length;
  }
  return left;
}
