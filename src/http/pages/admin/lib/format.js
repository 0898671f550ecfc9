import { make } from './elements.js';
import { fill, lang, words } from './words.js';

const whole = new Intl.NumberFormat(lang);
const day = new Intl.DateTimeFormat(lang, { day: 'numeric', month: 'short', year: 'numeric' });
const clock = new Intl.DateTimeFormat(lang, { hour: '2-digit', minute: '2-digit' });
const moment = new Intl.DateTimeFormat(lang, { dateStyle: 'medium', timeStyle: 'short' });
const relative = new Intl.RelativeTimeFormat(lang, { numeric: 'auto', style: 'short' });
const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

/** A number with separators. */
export function number(value) {
  return whole.format(value);
}

/** The share of a whole in percent, without decimals. */
export function percent(part, total) {
  const share = total === 0 ? 0 : part / total;
  return new Intl.NumberFormat(lang, { style: 'percent', maximumFractionDigits: 0 }).format(share);
}

/** A duration in its largest unit. */
export function duration(seconds) {
  const [amount, unit] =
    seconds < 2 * MINUTE
      ? [seconds, 'second']
      : seconds < 2 * HOUR
        ? [seconds / MINUTE, 'minute']
        : seconds < 2 * DAY
          ? [seconds / HOUR, 'hour']
          : [seconds / DAY, 'day'];
  return new Intl.NumberFormat(lang, { style: 'unit', unit, unitDisplay: 'long' }).format(Math.ceil(amount));
}

/** Hours and minutes. */
export function clockTime(iso) {
  return clock.format(new Date(iso));
}

function past(date) {
  const seconds = Math.round((date.getTime() - Date.now()) / 1_000);
  if (seconds > 0) return moment.format(date);
  if (seconds > -MINUTE) return relative.format(0, 'second');
  if (seconds > -HOUR) return relative.format(Math.round(seconds / MINUTE), 'minute');
  if (seconds > -DAY) return relative.format(Math.round(seconds / HOUR), 'hour');
  if (seconds > -7 * DAY) return relative.format(Math.round(seconds / DAY), 'day');
  return day.format(date);
}

function timeElement(iso, text) {
  return iso == null ? words.common.none : make('time', { datetime: iso, title: iso }, text(new Date(iso)));
}

/** How long ago something happened. The exact time is shown on hover. */
export function ago(iso) {
  return timeElement(iso, past);
}

/** Date and time in the zone of the browser. The time in UTC is shown on hover. */
export function exactly(iso) {
  return timeElement(iso, (date) => moment.format(date));
}

/** The date alone. */
export function onDay(iso) {
  return timeElement(iso, (date) => day.format(date));
}

/** A text with a number: the one for exactly one, or the other. */
export function counted({ one, other }, count) {
  return fill(count === 1 ? one : other, { count: number(count) });
}
