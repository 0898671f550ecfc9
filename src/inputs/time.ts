import { z } from 'zod';
import { violates } from './text.js';

/** Times that the database can compare, also a month earlier and a day later. */
const EARLIEST = new Date('1000-01-01T00:00:00Z');
const LATEST = new Date('9998-12-31T23:59:59Z');

/** A time that the database can store and compare. */
export const moment = z
  .date()
  .refine(
    (time) => time >= EARLIEST && time <= LATEST,
    violates('range', 'Use a time between the years 1000 and 9998.'),
  );
