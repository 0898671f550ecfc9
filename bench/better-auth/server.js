// A better-auth server that refreshes its session with every question, on the same PostgreSQL server in a database of its own.
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { toNodeHandler } from 'better-auth/node';
import pg from 'pg';

const USERS = 8;
const DATABASE = 'better_auth';
const gatehouse = new URL(process.env.DATABASE_URL);
const admin = new pg.Client({ connectionString: gatehouse.href });
await admin.connect();
await admin.query(`CREATE DATABASE ${DATABASE}`);
await admin.end();

const options = {
  baseURL: 'http://127.0.0.1',
  secret: randomBytes(32).toString('base64url'),
  database: new pg.Pool({ connectionString: new URL(`/${DATABASE}`, gatehouse).href, max: 10 }),
  emailAndPassword: { enabled: true },
  session: { updateAge: 0 },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
};
await (await getMigrations(options)).runMigrations();
const auth = betterAuth(options);

const cookies = [];
for (let user = 0; user < USERS; user += 1) {
  const body = { email: `user-${user}@example.com`, password: 'Correct-Horse-7-Staple', name: `User ${user}` };
  const { headers } = await auth.api.signUpEmail({ body, asResponse: true });
  cookies.push(
    headers
      .getSetCookie()
      .map((cookie) => cookie.split(';')[0])
      .join('; '),
  );
}
const server = createServer(toNodeHandler(auth));
server.listen(0, '127.0.0.1', () =>
  process.send({ url: `http://127.0.0.1:${server.address().port}/api/auth/get-session`, cookies }),
);
