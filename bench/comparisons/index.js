import { admin } from './admin.js';
import { cold } from './cold.js';
import { logins, signUps } from './hashes.js';
import { me } from './me.js';
import { memory } from './memory.js';
import { refresh } from './refresh.js';
import { scale } from './scale.js';
import { storm } from './storm.js';

/**
 * All comparisons by the name that `--only` accepts. `prepare` returns a reason if a comparison cannot run. `round` returns one
 * measurement for each of the `rows`. It also runs once before the measured rounds unless `warmUp` is false.
 */
export const comparisons = { login: logins, signup: signUps, refresh, me, storm, scale, admin, cold, memory };

/** Comparisons that run without `--only`. The others take longer. */
export const usual = ['login', 'signup', 'refresh', 'me', 'storm'];
