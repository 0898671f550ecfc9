// A better-auth server that refreshes its session with every request. With USERS it first migrates its database and signs up
// users.
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { toNodeHandler } from 'better-auth/node';
import pg from 'pg';

const { DATABASE_URL, USERS = '0', PORT = '0' } = process.env;
const options = {
  baseURL: 'http://127.0.0.1',
  secret: randomBytes(32).toString('base64url'),
  database: new pg.Pool({ connectionString: DATABASE_URL, max: 10 }),
  emailAndPassword: { enabled: true },
  session: { updateAge: 0 },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
};
if (Number(USERS) > 0) await (await getMigrations(options)).runMigrations();
const auth = betterAuth(options);

const cookies = [];
while (cookies.length < Number(USERS)) {
  const name = `user-${cookies.length}`;
  const body = { email: `${name}@example.com`, password: 'Correct-Horse-7-Staple', name };
  const { headers } = await auth.api.signUpEmail({ body, asResponse: true });
  cookies.push(
    headers
      .getSetCookie()
      .map((cookie) => cookie.split(';')[0])
      .join('; '),
  );
}
const server = createServer(toNodeHandler(auth));
server.listen(Number(PORT), '127.0.0.1', () =>
  process.send?.({ url: `http://127.0.0.1:${server.address().port}/api/auth/get-session`, cookies }),
);
