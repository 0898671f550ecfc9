import { AdminMail, AdminMailConnection, AdminMailEdge } from '../../schema/admin/mails.js';
import type { MailPage, MailRecord } from '../../services/admin/list-mails.js';
import { toPageInfo } from './page-info.js';

/** An email as staff see it. */
export function toAdminMail(record: MailRecord): AdminMail {
  return Object.assign(new AdminMail(), record);
}

/** A page of emails as a Relay connection. */
export function toAdminMailConnection(page: MailPage): AdminMailConnection {
  const edges = page.items.map(({ cursor, item }) =>
    Object.assign(new AdminMailEdge(), { cursor, node: toAdminMail(item) }),
  );
  const nodes = edges.map(({ node }) => node);
  return Object.assign(new AdminMailConnection(), { edges, nodes, pageInfo: toPageInfo(page) });
}
