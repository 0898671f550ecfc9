import { useQuery } from '@apollo/client/react';
import { MyAuditEventsDocument, type MyAuditEventsQuery } from '@gatehouse/apollo-client/operations';
import { moment } from '../ui/moment';
import { Card, Loaded, Page } from '../ui/page';

/** `PASSWORD_CHANGE` as `Password change`. */
const inWords = (type: string) =>
  (type.charAt(0) + type.slice(1).toLowerCase().replaceAll('_', ' ')).replace('Totp', 'Second factor');

function Entry({ node }: MyAuditEventsQuery['myAuditEvents']['edges'][number]) {
  return (
    <li>
      <div>
        <strong>{inWords(node.type)}</strong> {!node.success && <span className="badge bad">Refused</span>}
        <p className="muted">{[node.ipAddress, moment(node.createdAt)].filter(Boolean).join(' · ')}</p>
      </div>
    </li>
  );
}

/** What happened on the account. */
export function Activity() {
  const query = useQuery(MyAuditEventsDocument, { variables: { first: 20 }, fetchPolicy: 'cache-and-network' });
  const more = (after?: string | null) => query.fetchMore({ variables: { after } }).catch(() => undefined);
  return (
    <Page title="Activity" intro="What happened on your account, newest first.">
      <Loaded query={query}>
        {({ myAuditEvents: { edges, pageInfo } }) => (
          <Card>
            {edges.length === 0 && <p className="muted">Nothing yet.</p>}
            <ul className="list">
              {edges.map((edge) => (
                <Entry key={edge.cursor} {...edge} />
              ))}
            </ul>
            {pageInfo.hasNextPage && (
              <button type="button" className="quiet" onClick={() => void more(pageInfo.endCursor)}>
                Show more
              </button>
            )}
          </Card>
        )}
      </Loaded>
    </Page>
  );
}
