import { describe, expect, it } from 'vitest';
import { describeError } from '../../../src/lib/describe-error.js';
import { createLogger } from '../../../src/lib/logger.js';

const CANARY = 'canary-4711';

function databaseError(message: string, fields: object): Error {
  return Object.assign(new Error(message), { severity: 'ERROR', ...fields });
}

describe('U2: what the log tells of an error', () => {
  it.each([
    ['the row in the detail', databaseError('violates', { code: '23514', detail: `(${CANARY})`, table: 'users' })],
    ['the detail that the ORM appends', databaseError(`violates\n - detail: Failing row (${CANARY}\n, x).`, {})],
    [
      'a value that cannot be read',
      databaseError(`invalid input syntax for type uuid: "${CANARY}"`, { code: '22P02' }),
    ],
    [
      'statements and their values',
      Object.assign(new Error('x'), { query: CANARY, parameters: [CANARY], where: CANARY }),
    ],
    ['what a cause holds', new Error('x', { cause: databaseError('y', { code: '23505', detail: CANARY }) })],
    ['what the ORM kept', Object.assign(new Error('x'), { previous: databaseError('y', { detail: CANARY }) })],
    ['what one of several holds', new AggregateError([databaseError('y', { detail: CANARY })])],
  ])('leaves out %s', (_what, error) => {
    const lines: string[] = [];
    createLogger('info', { write: (line) => void lines.push(line) }).error({ err: error }, 'failed');
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain(CANARY);
  });

  it('keeps what a reader needs: kind, message, place, code and cause', () => {
    const cause = databaseError('duplicate key', { code: '23505', constraint: 'users_email_unique', table: 'users' });
    const described = describeError(new TypeError('outer', { cause }));
    expect(described).toMatchObject({
      type: 'TypeError',
      message: 'outer',
      stack: expect.stringContaining('describe-error.test.ts'),
      cause: { message: 'duplicate key', errorCode: '23505', constraint: 'users_email_unique', table: 'users' },
    });
  });

  it('ends with an error that is its own cause', () => {
    const error = new Error('x');
    error.cause = error;
    expect(JSON.stringify(describeError(error)).length).toBeLessThan(20_000);
  });
});
