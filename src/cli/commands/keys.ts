import type { Command } from 'commander';
import type { UseCaseContext } from '../../services/use-case.js';
import type { Answer } from '../answer.js';
import { runOnDatabase } from '../run-command.js';

/** Rotates the signing key, and says from when the new key signs. */
export async function rotateKeys(context: UseCaseContext, immediately: boolean): Promise<Answer> {
  const { rotateAsOperator } = await import('../../services/admin/rotate-signing-key.js');
  const { key, seeds } = await rotateAsOperator(context, { immediately });
  const { id, activeFrom } = key;
  const { reencrypted, lost } = seeds;
  const lines = [`Key ${id} is published and will sign from ${activeFrom.toISOString()}.`];
  if (reencrypted > 0)
    lines.push(`${reencrypted} authenticator secrets are now encrypted under the current SECRET_KEY.`);
  if (lost > 0)
    lines.push(`${lost} authenticator secrets are encrypted under neither SECRET_KEY nor SECRET_KEY_PREVIOUS.`);
  return { text: lines.join('\n'), data: { id, activeFrom, resealed: reencrypted, lost } };
}

/** Adds the commands for the signing keys. */
export function addKeyCommands(program: Command): void {
  const keys = program.command('keys').description('list or rotate the keys that sign access tokens');
  keys
    .command('list')
    .description('list the published keys')
    .action(async (_options: object, command: Command) => {
      await runOnDatabase(command, async (context) => {
        const { listKeys } = await import('../../services/tokens/list-keys.js');
        const found = await listKeys(context);
        const lines = found.map(({ id, algorithm, state, activeFrom }) =>
          [id, algorithm, state, `signs from ${activeFrom.toISOString()}`].join('  '),
        );
        return {
          text: lines.join('\n') || 'There is no key yet; the first one is created at the first start.',
          data: { keys: found },
        };
      });
    });
  keys
    .command('rotate')
    .description('publish a new key, which signs after seven minutes')
    .option('--now', 'sign with it at once; services that cached the published keys reject its tokens for a while')
    .action(async ({ now = false }: { now?: boolean }, command: Command) => {
      await runOnDatabase(command, (context) => rotateKeys(context, now));
    });
}
