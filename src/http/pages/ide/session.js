/** What answers contain that later operations need. */
const KEPT = ['accessToken', 'refreshToken', 'exchangeToken', 'challenge', 'resetToken'];
const ENDS = ['LogoutSuccess', 'AccountDeleted'];

const kept = new Map();
const listeners = new Set();
let user;

function changed() {
  for (const listener of listeners) listener();
}

/** The signed-in user and their tokens, in memory only: neither outlives the page. */
export const session = {
  get accessToken() {
    return kept.get('accessToken');
  },
  /** The refresh token of a session whose tokens are delivered in answers; otherwise it is in the cookie. */
  get refreshToken() {
    return kept.get('refreshToken');
  },
  get user() {
    return user;
  },
  /** Sets the user; `undefined` as long as nobody knows who the token belongs to. */
  set user(value) {
    user = value;
    changed();
  },
  /** Forgets the user and their tokens. */
  end() {
    for (const name of ['accessToken', 'refreshToken']) kept.delete(name);
    session.user = undefined;
  },
  /** Calls a listener whenever the user changes. */
  subscribe(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

/** Parses an answer, and keeps the tokens in it. */
export function parseAnswer(text) {
  const found = new Map();
  let isEnd = false;
  const answer = JSON.parse(text, (name, value) => {
    if (KEPT.includes(name) && typeof value === 'string') found.set(name, value);
    if (name === '__typename' && ENDS.includes(value)) isEnd = true;
    return value;
  });
  if (found.has('accessToken')) kept.delete('refreshToken');
  for (const [name, value] of found) kept.set(name, value);
  return { answer, hasNewToken: found.has('accessToken'), isEnd };
}

/** Replaces placeholders such as `<exchangeToken>` by what the latest answer gave. */
export function withKept(value) {
  return JSON.parse(JSON.stringify(value), (_name, text) => {
    const [, name] = /^<(\w+)>$/.exec(text) ?? [];
    return kept.get(name) ?? text;
  });
}
