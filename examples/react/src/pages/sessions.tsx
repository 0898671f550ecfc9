import { useQuery } from '@apollo/client/react';
import {
  MySessionsDocument,
  RevokeOtherSessionsDocument,
  RevokeSessionDocument,
  type SessionFragment,
} from '@gatehouse/apollo-client/operations';
import { MutationForm } from '../ui/form';
import { moment } from '../ui/moment';
import { Card, Loaded, Page } from '../ui/page';

function Device({ session, reload }: { session: SessionFragment; reload(): Promise<unknown> }) {
  const { id, browser, operatingSystem, city, ipAddress, isCurrent, lastActivityAt } = session;
  const name = session.deviceName ?? ([browser, operatingSystem].filter(Boolean).join(' on ') || 'Unknown device');
  const action = (
    <>
      End <span className="unseen">{name}</span>
    </>
  );
  const end = (
    <MutationForm
      document={RevokeSessionDocument}
      action={action}
      tone="quiet"
      variables={() => ({ id })}
      done={reload}
    />
  );
  return (
    <li>
      <div>
        <strong>{name}</strong> {isCurrent && <span className="badge">This device</span>}
        <p className="muted">{[city, ipAddress, moment(lastActivityAt)].filter(Boolean).join(' · ')}</p>
      </div>
      {!isCurrent && end}
    </li>
  );
}

/** Where the user is signed in. */
export function Sessions() {
  const query = useQuery(MySessionsDocument, { fetchPolicy: 'cache-and-network' });
  const reload = () => query.refetch();
  const others = (
    <MutationForm
      document={RevokeOtherSessionsDocument}
      action="End all others"
      tone="danger"
      variables={() => ({})}
      done={reload}
    />
  );
  return (
    <Page title="Sessions" intro="The devices on which you are signed in.">
      <Loaded query={query}>
        {({ mySessions: { edges } }) => (
          <Card>
            <ul className="list">
              {edges.map(({ node }) => (
                <Device key={node.id} session={node} reload={reload} />
              ))}
            </ul>
            {edges.length > 1 ? others : <p className="muted">You are signed in nowhere else.</p>}
          </Card>
        )}
      </Loaded>
    </Page>
  );
}
