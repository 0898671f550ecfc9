import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import { SigningKey } from '../../entities/signing-key.js';
import { addSeconds, type Clock, tick } from '../../lib/clock.js';
import { outsideOfRequests } from '../../lib/request-scope.js';
import type { SecretKeys } from '../../lib/secret-keys.js';
import { lockAdvisory } from '../locks.js';

/** Time for which verifiers may cache the published keys. */
export const KEYS_MAX_AGE_SECONDS = 300;

/** A key that signs. */
export interface ActiveKey {
  id: string;
  algorithm: string;
  privateKey: KeyObject;
}

/** A key that verifies. */
export interface PublishedKey {
  algorithm: string;
  publicKey: CryptoKey | Uint8Array;
  jwk: JWK;
}

/** The signing keys of the access tokens, as this process knows them. */
export interface KeyRing {
  /**
   * Returns the newest active key, and creates the first one. Throws if the database is unavailable and no key was read
   * yet.
   */
  active(): Promise<ActiveKey>;
  /** Returns the key with this id. An unknown id makes the ring read the table again, at most every few seconds. */
  find(id: string): Promise<PublishedKey | undefined>;
  /** Returns every key that may have signed a token that is still valid, and the upcoming one. */
  published(): Promise<JWK[]>;
  /**
   * Publishes a new key and returns it. It signs once every verifier can know it, or at once. `record` runs in the
   * transaction that writes the key.
   */
  rotate(options: { immediately: boolean; record?: RotationRecord }): Promise<NewKey>;
  /**
   * Publishes a key that signs once every verifier can know it. `permit` runs in the transaction that writes the key; if
   * it returns false, no key is written and the result is undefined.
   */
  rotateIf(permit: RotationPermit): Promise<NewKey | undefined>;
}

/** A key that was published now. */
export type NewKey = Pick<SigningKey, 'id' | 'algorithm' | 'createdAt' | 'activeFrom'>;

/** Records a rotation. */
export type RotationRecord = (em: EntityManager, key: NewKey) => Promise<void>;

/** Decides on a rotation. `isDue` is false while a published key waits to sign. */
export type RotationPermit = (em: EntityManager, rotation: { key: NewKey; isDue: boolean }) => Promise<boolean>;

/** Dependencies and settings of the ring. */
export interface KeyRingOptions {
  orm: MikroORM;
  secretKeys: SecretKeys;
  clock: Clock;
  algorithm: 'ES256' | 'EdDSA';
  /** Lifetime of an access token in seconds. An outgoing key stays published for that long. */
  accessTokenTtl: number;
}

interface RingEntry extends PublishedKey {
  id: string;
  activeFrom: Date;
  retiresAt: Date | null;
  /** Undefined if it is encrypted under a secret that was rotated out. Such a key verifies and no longer signs. */
  privateKey: KeyObject | undefined;
}

const RELOAD_EVERY_MILLISECONDS = 60_000;
const RELOAD_AT_MOST_EVERY_MILLISECONDS = 5_000;
/** The clocks of replicas may differ by this much. */
const CLOCK_SKEW_SECONDS = 60;
/**
 * After this time every replica has read a new key, and every verifier has dropped the set that was published before.
 */
const PUBLISH_BEFORE_SIGNING_SECONDS = KEYS_MAX_AGE_SECONDS + RELOAD_EVERY_MILLISECONDS / 1000 + CLOCK_SKEW_SECONDS;

async function createKey(options: KeyRingOptions, createdAt: Date, activeFrom: Date): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(options.algorithm, { extractable: true });
  const publicJwk = await exportJWK(publicKey);
  const id = await calculateJwkThumbprint(publicJwk);
  const key = new SigningKey();
  return Object.assign(key, {
    id,
    algorithm: options.algorithm,
    publicJwk: { ...publicJwk, kid: id, alg: options.algorithm, use: 'sig' },
    encryptedPrivateJwk: options.secretKeys.encrypt(
      'signing-key-encryption',
      JSON.stringify(await exportJWK(privateKey)),
    ),
    createdAt,
    activeFrom,
    retiresAt: null,
  });
}

function readPrivateKey({ secretKeys }: KeyRingOptions, row: SigningKey): RingEntry['privateKey'] {
  if (!secretKeys.opens(row.encryptedPrivateJwk)) return undefined;
  const key = JSON.parse(secretKeys.decrypt('signing-key-encryption', row.encryptedPrivateJwk)) as JWK;
  return createPrivateKey({ key, format: 'jwk' });
}

/** Returns whether there is an active key that can be decrypted. */
async function hasSigner({ secretKeys }: KeyRingOptions, em: EntityManager, now: Date): Promise<boolean> {
  const keys = await em.find(
    SigningKey,
    { retiresAt: null, activeFrom: { $lte: now } },
    { populate: ['encryptedPrivateJwk'] },
  );
  return keys.some((key) => secretKeys.opens(key.encryptedPrivateJwk));
}

async function readEntries(options: KeyRingOptions): Promise<RingEntry[]> {
  const now = options.clock.now();
  const rows = await options.orm.em
    .fork()
    .find(
      SigningKey,
      { $or: [{ retiresAt: null }, { retiresAt: { $gt: now } }] },
      { populate: ['encryptedPrivateJwk'], orderBy: { activeFrom: 'asc', id: 'asc' } },
    );
  return await Promise.all(
    rows.map(async (row) => {
      const { id, algorithm, activeFrom, retiresAt } = row;
      const jwk = row.publicJwk as JWK;
      const publicKey = await importJWK(jwk, algorithm);
      const privateKey = readPrivateKey(options, row);
      return { id, algorithm, activeFrom, retiresAt: retiresAt ?? null, jwk, publicKey, privateKey };
    }),
  );
}

/** Adds a key under a lock, so that replicas that start together create one. The outgoing keys get their expiry. */
async function addKey(
  options: KeyRingOptions,
  delaySeconds: number,
  permit: RotationPermit,
): Promise<SigningKey | undefined> {
  return await options.orm.em.fork().transactional(async (em) => {
    await lockAdvisory(em, 'keyRing');
    const now = options.clock.now();
    const key = await createKey(options, now, addSeconds(now, delaySeconds));
    const isDue = (await em.count(SigningKey, { activeFrom: { $gt: now }, retiresAt: null })) === 0;
    if (!(await permit(em, { key, isDue }))) return undefined;
    const retiresAt = addSeconds(key.activeFrom, options.accessTokenTtl + CLOCK_SKEW_SECONDS);
    await em.nativeUpdate(SigningKey, { retiresAt: null }, { retiresAt });
    em.persist(key);
    return key;
  });
}

function canSign({ activeFrom, privateKey }: RingEntry, now: Date): boolean {
  return activeFrom <= now && privateKey !== undefined;
}

function newestActive(entries: readonly RingEntry[], now: Date): ActiveKey | undefined {
  return entries.filter((entry): entry is RingEntry & ActiveKey => canSign(entry, now)).at(-1);
}

const ifNoneSigns =
  (options: KeyRingOptions): RotationPermit =>
  async (em) =>
    !(await hasSigner(options, em, options.clock.now()));
const afterRecord =
  (record?: RotationRecord): RotationPermit =>
  async (em, { key }) => {
    await record?.(em, key);
    return true;
  };

/** Creates a ring that reads the keys from the database and keeps them in memory. */
export function createKeyRing(options: KeyRingOptions): KeyRing {
  let entries: RingEntry[] = [];
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;

  const read = async (): Promise<void> => {
    entries = await readEntries(options);
    readAt = tick();
  };
  const refresh = (olderThan: number): Promise<void> => {
    if (tick() - readAt < olderThan) return Promise.resolve();
    reading ??= outsideOfRequests(read).finally(() => {
      reading = undefined;
    });
    return reading;
  };
  /** Reads the keys again when due. Known keys stay in use while the database is unavailable. */
  const keepFresh = (): Promise<void> =>
    refresh(RELOAD_EVERY_MILLISECONDS).catch((error: unknown) => {
      if (entries.length === 0) throw error;
    });
  const publish = async (delaySeconds: number, permit: RotationPermit): Promise<NewKey | undefined> => {
    const key = await addKey(options, delaySeconds, permit);
    await refresh(0);
    return key;
  };

  return {
    async active() {
      await keepFresh();
      if (newestActive(entries, options.clock.now()) === undefined) {
        await outsideOfRequests(() => addKey(options, 0, ifNoneSigns(options)));
        await refresh(0);
      }
      const key = newestActive(entries, options.clock.now());
      if (key === undefined) throw new Error('The key ring has no key that is allowed to sign yet.');
      return key;
    },
    async find(id) {
      await keepFresh();
      const known = () =>
        entries.find((entry) => entry.id === id && (entry.retiresAt ?? Infinity) > options.clock.now());
      if (known() === undefined) await refresh(RELOAD_AT_MOST_EVERY_MILLISECONDS);
      return known();
    },
    async published() {
      await keepFresh();
      const now = options.clock.now();
      return entries.filter((entry) => (entry.retiresAt ?? Infinity) > now).map((entry) => entry.jwk);
    },
    async rotate({ immediately, record }) {
      const key = await publish(immediately ? 0 : PUBLISH_BEFORE_SIGNING_SECONDS, afterRecord(record));
      if (key === undefined) throw new Error('No key was created.');
      return key;
    },
    rotateIf: (permit) => publish(PUBLISH_BEFORE_SIGNING_SECONDS, permit),
  };
}
