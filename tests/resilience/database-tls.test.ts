import { join } from 'node:path';
import pg from 'pg';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { migrateDatabase } from '../../src/database/migrate.js';
import { QUEUE_SCHEMA } from '../../src/jobs/queue-location.js';
import { connectionOptions } from '../../src/lib/connection-options.js';
import { isAccessRefused, tlsTrouble } from '../../src/lib/database-errors.js';
import { createLogger } from '../../src/lib/logger.js';
import { startFailure } from '../../src/settings/start-failure.js';
import { loadSettings } from '../../src/settings.js';
import { testGateway } from '../support/app.js';
import { type Certificates, makeCertificates } from '../support/certificates.js';
import { setUpShared } from '../support/cleanup.js';
import { eventually } from '../support/eventually.js';
import { verifiedUser } from '../support/journey.js';
import { type PostgresServer, postgresServer } from '../support/postgres-server.js';

const SOME_TLS = `
  SELECT application_name AS name, ssl FROM pg_stat_activity JOIN pg_stat_ssl USING (pid)
  WHERE backend_type = 'client backend' AND application_name LIKE 'auth-eu%'`;

let server: PostgresServer;
let certificates: Certificates;
let strangers: Certificates;

beforeAll(async () => {
  const { parts, close } = await setUpShared(async () => await postgresServer());
  server = parts;
  certificates = makeCertificates(server.directory, 'DNS:localhost');
  strangers = makeCertificates(join(server.directory, 'pg_tblspc'), 'DNS:localhost');
  for (const [name, value] of [
    ['ssl_cert_file', 'tls.crt'],
    ['ssl_key_file', 'tls.key'],
    ['ssl', 'on'],
  ]) {
    await server.run(`ALTER SYSTEM SET ${name} = '${value}'`);
  }
  await server.admit(['hostssl all all all scram-sha-256']);
  return close;
}, 60_000);

/** The server's URL, by a name of its machine, with a query. */
function urlOf(query: Record<string, string>, host = 'localhost'): string {
  const url = new URL(server.url);
  url.hostname = host;
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url.href;
}

async function connectTo(url: string): Promise<pg.Client> {
  const client = new pg.Client(connectionOptions(url, { application_name: 'gatehouse' }));
  await client.connect();
  return client;
}

const connect = (query: Record<string, string>, host?: string) => connectTo(urlOf(query, host));

async function refusalOf(url: string): Promise<unknown> {
  return await connectTo(url).then(
    async (client) => await client.end(),
    (cause: unknown) => cause,
  );
}

const refusal = (query: Record<string, string>, host?: string) => refusalOf(urlOf(query, host));

describe('TLS to the database', () => {
  it('is what every connection of ours has, and options of the URL do not take the place of ours', async () => {
    const url = urlOf({
      sslmode: 'verify-full',
      sslrootcert: certificates.ca,
      application_name: 'auth-eu',
      options: '-c work_mem=5MB',
    });
    await migrateDatabase({ url, queueSchema: QUEUE_SCHEMA, logger: createLogger('silent') });
    const gateway = await testGateway({ worker: true, env: { DATABASE_URL: url } });
    // The mail of the sign-up comes by the queue.
    await verifiedUser(gateway);
    await eventually(async () => expect((await gateway.inject({ url: '/health/ready' })).statusCode).toBe(200));
    const { rows } = await server.run(SOME_TLS);
    expect([...new Set(rows.map(({ name }) => name))].sort()).toEqual([
      'auth-eu',
      'auth-eu-queue',
      'auth-eu-readiness',
    ]);
    expect(rows.filter(({ ssl }) => !ssl)).toEqual([]);
    expect(await gateway.dependencies.orm.em.fork().execute('SHOW work_mem')).toEqual([{ work_mem: '5MB' }]);
  });

  it.each([
    ['no name of the server', { sslmode: 'verify-full' }, '127.0.0.1', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['a CA that is not the server’s', { sslmode: 'verify-full' }, 'localhost', undefined],
    ['a CA that is not the server’s, by require', { sslmode: 'require' }, 'localhost', undefined],
  ])('refuses %s', async (_what, query, host, code) => {
    const sslrootcert = code === undefined ? strangers.ca : certificates.ca;
    const found = await refusal({ ...query, sslrootcert }, host);
    expect(found).toMatchObject({ code: code ?? expect.stringMatching(/CERT|SIGNATURE/) });
    expect([tlsTrouble(found), isAccessRefused(found)]).toEqual(['unbelieved', true]);
  });

  it.each([
    ['require', '127.0.0.1'],
    ['prefer', '127.0.0.1'],
    ['no-verify', '127.0.0.1'],
    ['verify-ca', '127.0.0.1'],
    ['verify-full', 'localhost'],
  ])('sslmode=%s is as in libpq', async (sslmode, host) => {
    const sslrootcert = certificates.ca;
    const client = await connect({ sslmode, ...(sslmode.startsWith('verify') ? { sslrootcert } : {}) }, host);
    const { rows } = await client.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
    await client.end();
    expect(rows).toEqual([{ ssl: true }]);
  });

  it('believes no certificate that no CA of this machine signed, and names a file that is not there', async () => {
    expect(tlsTrouble(await refusal({ sslmode: 'verify-full' }))).toBe('unbelieved');
    expect(() => connectionOptions(urlOf({ sslrootcert: '/nowhere/ca.crt' }), { application_name: 'x' })).toThrow(
      /sslrootcert .* \(ENOENT\): \/nowhere\/ca\.crt/,
    );
  });

  it('shows a client’s certificate', async () => {
    const { directory } = server;
    const mutual = { sslmode: 'verify-full', sslrootcert: certificates.ca };
    await server.run("ALTER SYSTEM SET ssl_ca_file = 'ca.crt'");
    await server.admit(['hostssl all all all scram-sha-256 clientcert=verify-ca']);
    await eventually(async () => expect(await refusal(mutual)).toMatchObject({ code: '28000' }));
    const client = await connect({ ...mutual, sslcert: `${directory}/tls.crt`, sslkey: `${directory}/tls.key` });
    const { rows } = await client.query('SELECT client_dn FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
    await client.end();
    expect(rows).toEqual([{ client_dn: '/CN=Test server' }]);
    await server.admit(['hostssl all all all scram-sha-256']);
  });

  it('is said to be wanted where the URL has no word of it', async () => {
    const cause = await refusal({});
    expect([tlsTrouble(cause), isAccessRefused(cause)]).toEqual(['wanted', true]);
    const said = startFailure(cause, loadSettings({ NODE_ENV: 'test' }));
    expect(said).toContain('add ?sslmode=verify-full to DATABASE_URL');
    const missing = await refusalOf(`${inject('postgresUrl')}?sslmode=require`);
    expect(startFailure(missing, loadSettings({ NODE_ENV: 'test' }))).toContain('offers no TLS');
  });
});
