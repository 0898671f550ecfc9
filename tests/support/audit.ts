import { expect } from 'vitest';
import type { AuditEventType } from '../../src/services/audit/events.js';
import { rows } from './accounts.js';
import type { Answer, Ask, TestGateway } from './app.js';

/** An event as it is stored. */
export interface StoredEvent extends Record<string, unknown> {
  type: AuditEventType;
  success: boolean;
  risk_level: string;
  actor_id: string | null;
  user_id: string | null;
  ip_address: string | null;
  user_agent: string | null;
  request_id: string;
  metadata: Record<string, unknown>;
}

/** From where a test asks, so that events can be told apart. */
export const FROM = {
  address: '203.0.113.77',
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
};

/** What a request from there carries. */
export function fromThere(ask: Ask = {}): Ask {
  return { ...ask, from: FROM.address, headers: { ...ask.headers, 'user-agent': FROM.userAgent } };
}

/** The events that a request left, in the order of their names. */
export async function eventsOfRequest(
  gateway: TestGateway,
  answer: Pick<Answer<unknown>, 'headers'>,
): Promise<StoredEvent[]> {
  const text = 'SELECT * FROM audit_events WHERE request_id = ? ORDER BY type, created_at, id';
  return await rows<StoredEvent>(gateway, text, [answer.headers['x-request-id']]);
}

/** What a request has to leave: who it is about, who did it, and what the facts hold among others. */
export interface ExpectedEvent {
  type: AuditEventType;
  success?: boolean;
  user: string | null;
  actor?: string | null;
  metadata?: Record<string, unknown>;
}

/** Checks that a request from `fromThere` left these events and no others. */
export async function expectEvents(
  gateway: TestGateway,
  answer: Pick<Answer<unknown>, 'headers'>,
  expected: ExpectedEvent[],
): Promise<void> {
  const found = await eventsOfRequest(gateway, answer);
  const wanted = expected.toSorted((one, other) => (one.type < other.type ? -1 : 1));
  expect(found).toMatchObject(
    wanted.map(({ type, success = true, user, actor = null, metadata = {} }) => ({
      type,
      success,
      user_id: user,
      actor_id: actor,
      ip_address: FROM.address,
      user_agent: FROM.userAgent,
      metadata,
    })),
  );
}
