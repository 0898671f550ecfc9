// Read before everything else by a process whose clock is to be wrong: `--import` of this file, and CLOCK_SHIFT_MS.
const shift = Number(process.env.CLOCK_SHIFT_MS ?? 0);
const RightDate = globalThis.Date;

class ShiftedDate extends RightDate {
  static now() {
    return RightDate.now() + shift;
  }

  constructor(...values) {
    if (values.length === 0) super(ShiftedDate.now());
    else super(...values);
  }
}

globalThis.Date = Object.defineProperty(ShiftedDate, 'name', { value: 'Date' });
