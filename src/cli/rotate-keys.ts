import { resealSeeds } from '../services/two-factor/reseal-seeds.js';
import { runCommand } from './run-command.js';

await runCommand(async ({ context, words, say }) => {
  const { id, activeFrom } = await context.keyRing.rotate({ immediately: words.includes('--now') });
  say(`Key ${id} is published and will sign from ${activeFrom.toISOString()}.`);
  const { resealed, lost } = await resealSeeds(context);
  if (resealed > 0) say(`${resealed} authenticator secrets are now encrypted under the current SECRET_KEY.`);
  if (lost > 0) say(`${lost} authenticator secrets are encrypted under neither SECRET_KEY nor SECRET_KEY_PREVIOUS.`);
  return 0;
});
