import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { OutgoingMail } from '../../../src/mail/outgoing-mail.js';

/** A mail with an id of its own. */
export function outgoing(changes: Partial<OutgoingMail> = {}): OutgoingMail {
  return {
    id: randomUUID(),
    to: 'robin@example.com',
    subject: 'Confirm your email address',
    text: 'Your code is 482913.\n',
    html: '<p>Your code is <b>482913</b>.</p>',
    mail: 'verify-email',
    code: '482913',
    link: 'https://app.example.com/verify?token=abc',
    sentAt: new Date('2026-11-21T10:00:00.000Z'),
    ...changes,
  };
}

/** The error that a promise is rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    () => expect.fail('it should have failed'),
    (error: unknown) => error,
  );
}
