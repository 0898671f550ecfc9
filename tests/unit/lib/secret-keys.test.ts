import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSecretKeys, type KeyPurpose } from '../../../src/lib/secret-keys.js';

const [first, second] = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')];
const before = createSecretKeys(first);
const overlap = createSecretKeys(second, first);
const after = createSecretKeys(second);

describe('K2: keys by purpose', () => {
  const purposes: KeyPurpose[] = [
    'verify-email-code',
    'verify-email-link',
    'exchange-token',
    'refresh-token',
    'csrf-token',
    'signing-key-encryption',
    'limit-identity',
  ];

  it('no value of one purpose is one of another', () => {
    const tags = purposes.map((purpose) => before.authenticate(purpose, ['x']).toString('hex'));
    expect(new Set(tags).size).toBe(purposes.length);
    for (const purpose of purposes) {
      const tag = before.authenticate(purpose, ['x']);
      expect(purposes.filter((other) => before.verify(other, ['x'], tag))).toEqual([purpose]);
    }
  });

  it('no two lists of parts are authenticated alike', () => {
    const lists = [['ab', 'c'], ['a', 'bc'], ['abc'], ['abc', ''], ['', 'abc'], []];
    const tags = lists.map((parts) => before.authenticate('csrf-token', parts).toString('hex'));
    expect(new Set(tags).size).toBe(lists.length);
  });

  it('a tag of another length is refused', () => {
    const tag = before.authenticate('csrf-token', ['x']);
    expect(before.verify('csrf-token', ['x'], tag)).toBe(true);
    for (const other of [tag.subarray(1), Buffer.concat([tag, tag]), Buffer.alloc(0)]) {
      expect(before.verify('csrf-token', ['x'], other)).toBe(false);
    }
  });
});

describe('K2: rotation', () => {
  it('the key id names the secret and says nothing of it', () => {
    expect(before.currentId).toMatch(/^[\w-]{8}$/);
    expect(overlap.currentId).toBe(after.currentId);
    expect(overlap.currentId).not.toBe(before.currentId);
    expect([overlap.holds(before.currentId), after.holds(before.currentId)]).toEqual([true, false]);
  });

  it('what the previous secret authenticated holds while it is configured, and not after', () => {
    const tag = before.authenticate('refresh-token', ['x']);
    expect(overlap.verify('refresh-token', ['x'], tag)).toBe(true);
    expect(after.verify('refresh-token', ['x'], tag)).toBe(false);
    expect(overlap.authenticate('refresh-token', ['x'], before.currentId)).toEqual(tag);
    expect(overlap.authenticate('refresh-token', ['x'])).not.toEqual(tag);
    expect(() => after.authenticate('refresh-token', ['x'], before.currentId)).toThrow(/not configured/);
  });

  it('what the previous secret sealed opens while it is configured, and not after', () => {
    const sealed = before.encrypt('signing-key-encryption', 'a private key');
    expect(overlap.decrypt('signing-key-encryption', sealed)).toBe('a private key');
    expect([overlap.opens(sealed), after.opens(sealed)]).toEqual([true, false]);
    expect(() => after.decrypt('signing-key-encryption', sealed)).toThrow(/not configured/);
    expect(after.opens(overlap.encrypt('signing-key-encryption', 'x'))).toBe(true);
  });
});

describe('sealed texts', () => {
  it('differ each time and come back whole', () => {
    const plain = `ä😀${'x'.repeat(5_000)}`;
    const [one, other] = [before.encrypt('csrf-token', plain), before.encrypt('csrf-token', plain)];
    expect(one).not.toBe(other);
    expect(before.decrypt('csrf-token', one)).toBe(plain);
    expect(before.decrypt('csrf-token', before.encrypt('csrf-token', ''))).toBe('');
  });

  it('do not open when a part was changed, or for another purpose', () => {
    const sealed = before.encrypt('csrf-token', 'secret');
    const parts = sealed.split('.');
    for (let index = 1; index < parts.length; index += 1) {
      const bytes = Buffer.from(parts[index] ?? '', 'base64url');
      bytes[0] = (bytes[0] ?? 0) ^ 1;
      const changed = parts.with(index, bytes.toString('base64url')).join('.');
      expect(() => before.decrypt('csrf-token', changed)).toThrow();
    }
    expect(() => before.decrypt('refresh-token', sealed)).toThrow();
    for (const text of ['', '.', before.currentId, `${before.currentId}...`]) {
      expect(() => before.decrypt('csrf-token', text)).toThrow();
    }
  });

  it('do not open by a shortened tag', () => {
    const [id, nonce, tag = '', text] = before.encrypt('csrf-token', 'secret').split('.');
    const short = Buffer.from(tag, 'base64url').subarray(0, 4).toString('base64url');
    expect(() => before.decrypt('csrf-token', [id, nonce, short, text].join('.'))).toThrow();
  });
});
