import { runCommand } from './run-command.js';

// Every command brings the database up to date before it runs; this one does nothing else.
await runCommand(async ({ say }) => {
  say('The database is up to date.');
  return 0;
});
