import { cold } from './cold.js';
import { logins, signUps } from './hashes.js';
import { me } from './me.js';
import { memory } from './memory.js';
import { refresh } from './refresh.js';
import { scale } from './scale.js';
import { storm } from './storm.js';

/**
 * What is measured, by the name that `--only` takes. `prepare` returns the reason when a comparison cannot run; `round`
 * returns one measurement for each of the `rows`, and runs once
 * before the measured rounds unless `warmUp` is false.
 */
export const comparisons = { login: logins, signup: signUps, refresh, me, storm, scale, cold, memory };

/** Comparisons that run without `--only`; the others take longer. */
export const usual = ['login', 'signup', 'refresh', 'me', 'storm'];
