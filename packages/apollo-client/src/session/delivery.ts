import type { AuthTokensLike, Claims, TokenStore } from '../auth-session.js';
import { AuthTroubleError } from '../trouble.js';
import { flags } from './platform.js';
import { bounded } from './waiting.js';

/** Where the refresh token is, and whether the gateway does not know of a sign-out yet. */
export interface Delivery {
  /** Whether the browser holds the refresh token. Requests then include credentials. */
  readonly isCookie: boolean;
  /** The claims of the last start, if they are kept. */
  readonly claims: Claims | undefined;
  /** Reads what is stored. Throws AuthTroubleError if the store does not answer. */
  load(): Promise<void>;
  /** The variables of `refresh`; null if there is no refresh token. */
  input(): Record<string, unknown> | null;
  keep(tokens: AuthTokensLike, claims: Claims): void;
  forget(): void;
  /** Whether the gateway does not know of a sign-out yet. */
  isOwed(): boolean;
  owe(): void;
  /** Another tab has signed in, which forgives an owed sign-out. */
  forgive(): void;
  /** Resolves once everything is stored, or after two seconds. */
  saved(): Promise<unknown>;
}

/** A refresh token in an HttpOnly cookie. Only the debt of a sign-out is stored here, as a flag that all tabs see. */
export function cookieDelivery(name: string): Delivery {
  const flag = `${name}:owed`;
  let isOwed = false; // only without a storage
  return {
    isCookie: true,
    claims: undefined,
    load: async () => {},
    input: () => ({}),
    keep: () => settle(false),
    forget: () => settle(false),
    forgive: () => settle(false),
    isOwed: () => isOwed || flags.has(flag),
    owe: () => settle(true),
    saved: async () => {},
  };
  function settle(value: boolean) {
    isOwed = !flags.set(flag, value) && value;
  }
}

const STORE_MILLISECONDS = 2000;

interface Note {
  claims?: Claims;
  owed?: boolean;
}

function read(text: string | null): Note {
  try {
    return (text && JSON.parse(text)) || {};
  } catch {
    return {};
  }
}

/** A refresh token in a store of the app. A store that keeps no note forgets the token of an owed sign-out at a restart. */
export function storeDelivery(store: TokenStore): Delivery {
  let token: string | null = null;
  let note: Note = {};
  let saving: Promise<unknown> = Promise.resolve();
  /** Whether what is stored is older than what is in memory. */
  let isUnsaved = false;

  function save(isOwed: boolean, claims?: Claims) {
    note = { ...(claims && { claims }), ...(isOwed && { owed: true }) };
    const text = claims || isOwed ? JSON.stringify(note) : null;
    const kept = isOwed && !store.setNote ? null : token;
    const write = () => Promise.all([store.set(kept), store.setNote?.(text)]);
    saving = saving.then(write).then(
      () => {
        isUnsaved = false;
      },
      () => {
        isUnsaved = true;
      },
    );
  }

  async function stored() {
    await saving;
    return Promise.all([store.get(), store.getNote?.() ?? null]);
  }

  return {
    isCookie: false,
    get claims() {
      return note.claims;
    },
    async load() {
      if (note.owed || isUnsaved) return;
      const found = await bounded(stored(), STORE_MILLISECONDS, undefined);
      if (!found) throw new AuthTroubleError({ code: 'TEMPORARILY_UNAVAILABLE', retryAt: 0 });
      token = found[0];
      note = read(found[1]);
    },
    input: () => (token === null ? null : { input: { refreshToken: token } }),
    keep(tokens, claims) {
      token = tokens.refreshToken ?? token;
      save(false, claims);
    },
    forget() {
      token = null;
      save(false);
    },
    isOwed: () => note.owed === true,
    owe: () => save(true),
    forgive() {},
    saved: () => bounded(saving, STORE_MILLISECONDS, undefined),
  };
}
