import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from './eventually.js';
import { type CopiedServer, copiedServer, pgCtl } from './postgres-copy.js';

/** One of two PostgreSQL servers that hold the same data. */
export interface PairedServer extends CopiedServer {
  /** Has it follow the other from its next start on. */
  follow(other: PairedServer): void;
  /** Has it take writes. */
  promote(): Promise<void>;
}

async function pairedServer(): Promise<PairedServer> {
  const server = await copiedServer();
  const { directory } = server;
  return {
    ...server,
    follow(other) {
      const { hostname, port, username, password } = new URL(other.url);
      const source = `host=${hostname} port=${port} user=${username} password=${password} application_name=follower`;
      appendFileSync(join(directory, 'postgresql.conf'), `primary_conninfo = '${source}'\n`);
      // What was set for its time as the primary holds no more.
      writeFileSync(join(directory, 'postgresql.auto.conf'), '');
      writeFileSync(join(directory, 'standby.signal'), '');
    },
    promote: () => pgCtl('promote', '-w', '-D', directory),
  };
}

/** Waits until it is followed, and has it answer no COMMIT from then on that its follower does not have. */
export async function holdTogether(primary: PairedServer): Promise<void> {
  await eventually(async () => {
    const rows = await primary.run("SELECT FROM pg_stat_replication WHERE state = 'streaming'");
    if (rows.length === 0) throw new Error('Nobody follows.');
  });
  await primary.run("ALTER SYSTEM SET synchronous_standby_names = 'follower'");
  await primary.run('SELECT pg_reload_conf()');
}

/** Two running servers, of which the second follows the first. */
export async function postgresPair(): Promise<[PairedServer, PairedServer]> {
  const [first, second] = await Promise.all([pairedServer(), pairedServer()]);
  second.follow(first);
  await Promise.all([first.start(), second.start()]);
  return [first, second];
}
