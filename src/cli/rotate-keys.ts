import { runCommand } from './run-command.js';

await runCommand(async ({ context, words, say }) => {
  const { id, activeFrom } = await context.keyRing.rotate({ immediately: words.includes('--now') });
  say(`Key ${id} is published and signs from ${activeFrom.toISOString()}.`);
  return 0;
});
