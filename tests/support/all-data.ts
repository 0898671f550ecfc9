import { once } from 'node:events';
import { connect } from 'node:net';
import pg from 'pg';

/** Every row of every table, as text, the queue's own among them. */
export async function databaseText(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
       WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`,
    );
    const parts: string[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<{ text: string }>(`SELECT t::text AS text FROM ${name} t`);
      parts.push(...rows.map(({ text }) => `${name} ${text}`));
    }
    return parts.join('\n');
  } finally {
    await client.end();
  }
}

/**
 * Every command that a Redis is given from now on, as text, until `stop`; what it keeps only for a moment is in it too.
 * By a socket of its own, as the client cannot read a MONITOR of which the first lines come with its OK.
 */
export async function watchRedis(url: string): Promise<{ stop(): string }> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let said = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  socket.write('MONITOR\r\n');
  await once(socket, 'data');
  return {
    stop() {
      socket.destroy();
      return said;
    },
  };
}
