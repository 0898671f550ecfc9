import { useQuery } from '@apollo/client/react';
import * as api from '@gatehouse/apollo-client/operations';
import type { ReactNode } from 'react';
import { MutationForm } from '../ui/form';
import { Card, Loaded, Page, Quiet } from '../ui/page';

const format = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });
const moment = (time: string) => format.format(new Date(time));

interface ItemProps {
  name: string;
  badge: ReactNode;
  facts: (string | null | undefined)[];
  children?: ReactNode;
}

const Item = ({ name, badge, facts, children }: ItemProps) => (
  <li>
    <div>
      <strong>{name}</strong> {badge}
      <p className="muted">{facts.filter(Boolean).join(' · ')}</p>
    </div>
    {children}
  </li>
);

function Device({ session, done }: { session: api.SessionFragment; done(): unknown }) {
  const { id, browser, operatingSystem, city, ipAddress, isCurrent, lastActivityAt } = session;
  const name = session.deviceName ?? ([browser, operatingSystem].filter(Boolean).join(' on ') || 'Unknown device');
  const action = [
    <span key="end">End</span>,
    ' ',
    <span key="name" className="unseen">
      {name}
    </span>,
  ]; // read whole aloud
  const end = { document: api.RevokeSessionDocument, action, variables: { id }, done };
  const badge = isCurrent && <span className="badge">This device</span>;
  return (
    <Item name={name} badge={badge} facts={[city, ipAddress, moment(lastActivityAt)]}>
      {!isCurrent && <MutationForm {...end} tone="quiet" />}
    </Item>
  );
}

/** Where the user is signed in. */
export function Sessions() {
  const query = useQuery(api.MySessionsDocument, { fetchPolicy: 'cache-and-network' });
  const reload = () => query.refetch();
  const others = { document: api.RevokeOtherSessionsDocument, action: 'End all others', variables: {}, done: reload };
  return (
    <Page title="Sessions" intro="The devices on which you are signed in.">
      <Loaded query={query}>
        {({ mySessions: { edges } }) => (
          <Card>
            <ul className="list">
              {edges.map(({ node }) => (
                <Device key={node.id} session={node} done={reload} />
              ))}
            </ul>
            {edges.length > 1 ? <MutationForm {...others} tone="danger" /> : <p>You are signed in nowhere else.</p>}
          </Card>
        )}
      </Loaded>
    </Page>
  );
}

/** `PASSWORD_CHANGE` as `Password change`. */
const inWords = (type: string) =>
  (type.charAt(0) + type.slice(1).toLowerCase().replaceAll('_', ' ')).replace('Totp', 'Second factor');

function Entry({
  type,
  success,
  ipAddress,
  createdAt,
}: api.MyAuditEventsQuery['myAuditEvents']['edges'][number]['node']) {
  const badge = !success && <span className="badge bad">Refused</span>;
  return <Item name={inWords(type)} badge={badge} facts={[ipAddress, moment(createdAt)]} />;
}

/** What happened on the account. */
export function Activity() {
  const query = useQuery(api.MyAuditEventsDocument, { variables: { first: 20 }, fetchPolicy: 'cache-and-network' });
  const more = (after?: string | null) => query.fetchMore({ variables: { after } }).catch(() => undefined);
  return (
    <Page title="Activity" intro="What happened on your account, newest first.">
      <Loaded query={query}>
        {({ myAuditEvents: { edges, pageInfo } }) => (
          <Card>
            {edges.length === 0 && <p>Nothing yet.</p>}
            <ul className="list">
              {edges.map(({ cursor, node }) => (
                <Entry key={cursor} {...node} />
              ))}
            </ul>
            {pageInfo.hasNextPage && <Quiet text="Show more" act={() => more(pageInfo.endCursor)} />}
          </Card>
        )}
      </Loaded>
    </Page>
  );
}
