/** The numbers of the database's advisory locks, all in one place so that no two purposes share one. */
export const advisoryLocks = {
  migrations: 7_105_310,
  keyRing: 7_105_311,
  admins: 7_105_312,
  /** Shared while a process uses the embedded server, exclusive to stop it. */
  embeddedServer: 7_105_313,
  /**
   * Migrations outside of transactions. Nobody waits for it inside of a statement: a concurrent index build waits for every
   * statement that runs.
   */
  onlineMigrations: 7_105_314,
  /** Taken by a function of the database that is created by a migration. */
  auditPartitions: 7_105_315,
  overview: 7_105_316,
} as const;
