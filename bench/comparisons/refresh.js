import { openSessions, rotate } from '../lib/asks.js';
import { isBetterAuthMissing, startBetterAuth } from '../lib/better-auth.js';
import { CONNECTIONS, compare, measure } from '../lib/sides.js';

/** Refreshes compared with better-auth's session refresh on the same PostgreSQL server. */
export const refresh = {
  rows: { refresh: { title: "refreshes ÷ better-auth's session refreshes", baseline: '≥ 2.00' } },
  async prepare(bench) {
    const missing = isBetterAuthMissing();
    if (missing !== undefined) return missing;
    this.theirs = await startBetterAuth(bench);
    this.sessions = await openSessions(await bench.gateway(), CONNECTIONS);
    return undefined;
  },
  async round(bench) {
    const theirs = await measure(this.theirs, (connection, index) => this.theirs.getSession(connection, index));
    const ours = await measure(await bench.gateway(), (connection, index) => rotate(connection, this.sessions[index]));
    return { refresh: compare(ours, theirs) };
  },
};
