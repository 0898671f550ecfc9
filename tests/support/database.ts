import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';

async function onServer(text: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

/** A database of the test's own, migrated already. */
export interface TestDatabase {
  url: string;
  drop(): Promise<void>;
}

/** Copies the migrated template. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `gatehouse_${randomBytes(6).toString('hex')}`;
  await onServer(`CREATE DATABASE ${name} TEMPLATE ${inject('templateDatabase')} STRATEGY file_copy`);
  return {
    url: new URL(`/${name}`, inject('postgresUrl')).href,
    drop: () => onServer(`DROP DATABASE ${name} WITH (FORCE)`),
  };
}
