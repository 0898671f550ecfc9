import { existsSync } from 'node:fs';
import { startScript } from './children.js';

/** The server's script. */
export const SERVER = new URL('../better-auth/server.js', import.meta.url);

/** Instructions for installing better-auth, which has its own lock file. Undefined if it is installed. */
export function isBetterAuthMissing() {
  const isThere = existsSync(new URL('node_modules/better-auth', SERVER));
  return isThere ? undefined : 'run `npm ci --prefix bench/better-auth` first';
}

/** Starts better-auth on a new database with signed-in users. */
export async function startBetterAuth(bench) {
  const databaseUrl = await bench.newDatabase();
  const server = await startScript(SERVER, { DATABASE_URL: databaseUrl, USERS: '64' });
  bench.onClose(() => server.stop());
  const { url, cookies } = server.ready;
  return {
    url,
    databaseUrl,
    pid: server.pid,
    stop: server.stop,
    async getSession(connection, index) {
      const { status, text } = await connection.get({ cookie: cookies[index % cookies.length] });
      if (status !== 200 || !text.includes('"session"')) throw new Error(`better-auth: ${status} ${text}`);
    },
    async signIn(connection, index) {
      const body = { email: `user-${index % cookies.length}@example.com`, password: 'Correct-Horse-7-Staple' };
      const { status, text } = await connection.post(body, { origin: 'http://127.0.0.1' }, '/api/auth/sign-in/email');
      if (status !== 200) throw new Error(`better-auth: ${status} ${text}`);
    },
  };
}
