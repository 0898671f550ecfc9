import { runCommand } from './run-command.js';

// Every command migrates the database before it runs. This one does nothing else.
await runCommand(async ({ say }) => {
  say('The database is up to date.');
  return 0;
});
