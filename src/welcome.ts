import type { Dependencies } from './dependencies.js';
import { hasAdmin } from './services/accounts/admins.js';
import { firstAdminToken } from './services/admin/first-admin-link.js';

/** Where the welcome is printed. */
export type Terminal = Pick<NodeJS.WriteStream, 'isTTY' | 'write'>;

const COMMAND = 'gatehouse admin create you@example.com';

/** The ways to create the first admin. The link is a secret, so it is printed only at a terminal and not into a file. */
function firstAdminLines(dependencies: Dependencies, { isTTY }: Terminal): string[] {
  const lines = [`Admin     none yet; create one with: npx ${COMMAND}`];
  if (!isTTY) return lines;
  const { publicUrl } = dependencies.settings;
  const link = `${publicUrl}/dev/first-admin#token=${firstAdminToken(dependencies)}`;
  return [...lines, '          or with this link, which works once, within an hour:', `          ${link}`];
}

/** Logs how to create the first admin in production, where operators read only the log. Contains no secret. */
function logFirstAdmin({ settings, logger }: Dependencies): void {
  if (settings.adminEmail !== undefined) return;
  logger.warn(
    { command: COMMAND, setting: 'ADMIN_EMAIL' },
    'there is no admin yet: run the command, or set ADMIN_EMAIL',
  );
}

/** Prints the local addresses in development, and how to create the first admin everywhere. */
export async function printWelcome(dependencies: Dependencies, terminal: Terminal = process.stdout): Promise<void> {
  const { settings, orm } = dependencies;
  const { nodeEnv, publicUrl } = settings;
  if (nodeEnv === 'test') return;
  const needsAdmin = !(await hasAdmin(orm.em.fork()));
  if (nodeEnv === 'production') return needsAdmin ? logFirstAdmin(dependencies) : undefined;
  const lines = [`GraphQL   ${publicUrl}/graphql`];
  if (settings.graphqlIde) lines.push(`IDE       ${publicUrl}/ide`);
  if (settings.smtpUrl === undefined) lines.push(`Mailbox   ${publicUrl}/dev/mail`);
  if (settings.adminPage) lines.push(`Console   ${publicUrl}/admin`);
  if (needsAdmin) lines.push(...firstAdminLines(dependencies, terminal));
  terminal.write(`\n  Gatehouse is ready.\n\n${lines.map((line) => `    ${line}\n`).join('')}\n`);
}
