import type { Dependencies } from './dependencies.js';
import { User } from './entities/user.js';

/** Prints the local addresses in development. In production the log contains what is needed. */
export async function printWelcome({ settings, orm }: Dependencies): Promise<void> {
  if (settings.nodeEnv !== 'development') return;
  const { publicUrl } = settings;
  const lines = [`GraphQL   ${publicUrl}/graphql`];
  if (settings.graphqlIde) lines.push(`IDE       ${publicUrl}/ide`);
  if (settings.smtpUrl === undefined) lines.push(`Mailbox   ${publicUrl}/dev/mail`);
  const admins = await orm.em.fork().count(User, { role: 'admin' });
  if (admins === 0) lines.push('Admin     none yet; create one with: npx gatehouse admin create you@example.com');
  process.stdout.write(`\n  Gatehouse is ready.\n\n${lines.map((line) => `    ${line}\n`).join('')}\n`);
}
