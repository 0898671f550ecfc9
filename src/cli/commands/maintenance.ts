import type { Command } from 'commander';
import { runOnDatabase } from '../run-command.js';

/** Adds the commands for work that a worker does on its own schedule. */
export function addMaintenanceCommands(program: Command): void {
  program
    .command('cleanup')
    .description('delete expired data, as the worker does every hour')
    .action(async (_options: object, command: Command) => {
      await runOnDatabase(command, async (context) => {
        const { purge } = await import('../../services/maintenance/purge.js');
        const deleted = await purge(context);
        const lines = Object.entries(deleted).filter(([, count]) => count > 0);
        const listed = lines.map(([rows, count]) => `  ${rows}: ${count}`).join('\n');
        return { text: lines.length === 0 ? 'There was nothing to delete.' : `Deleted:\n${listed}`, data: { deleted } };
      });
    });
}
