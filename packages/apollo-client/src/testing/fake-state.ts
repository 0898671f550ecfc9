import type { FakeAccount, FakeSession } from './fake-accounts.js';
import { fakeTokens } from './tokens.js';

/** What a fake gateway remembers. */
export class FakeState {
  /** The code of every email and authenticator app. */
  readonly code = '123456';
  /** The refresh token of the browser. */
  cookie: string | null = null;
  /** Whether tokens are delivered in the body, too. */
  isInBody = false;
  readonly accounts: FakeAccount[] = [];
  readonly sessions: FakeSession[] = [];
  private readonly issued = new Map<string, { session: FakeSession; until: number }>();
  private readonly tickets = new Map<string, FakeAccount>();

  constructor(readonly accessTokenTtl: number) {}

  add(account: Partial<FakeAccount> & { email: string; password: string }): FakeAccount {
    const defaults = { role: 'user', isVerified: true, hasSecondFactor: false, displayName: null };
    const added = { id: `user-${this.accounts.length + 1}`, ...defaults, ...account };
    this.accounts.push(added);
    return added;
  }

  remove(account: FakeAccount): void {
    this.accounts.splice(this.accounts.indexOf(account), 1);
    for (const session of this.sessions) if (session.account === account) session.hasEnded = true;
  }

  find(email: string): FakeAccount | undefined {
    return this.accounts.find((account) => account.email === email);
  }

  open(account: FakeAccount, amr: string[]): FakeSession {
    const id = `session-${this.sessions.length + 1}`;
    const session = { id, account, generation: 0, amr, authTime: Math.floor(Date.now() / 1000), hasEnded: false };
    this.sessions.push(session);
    return session;
  }

  /** Issues tokens, and sets the cookie. */
  tokensOf(session: FakeSession) {
    const { id: sid, account, amr, authTime: auth_time, generation } = session;
    const exp = Math.floor(Date.now() / 1000) + this.accessTokenTtl;
    const tokens = fakeTokens({ sub: account.id, sid, role: account.role, amr, auth_time, exp });
    this.issued.set(tokens.accessToken, { session, until: exp * 1000 });
    const refreshToken = `${sid}.${generation}`;
    if (!this.isInBody) this.cookie = refreshToken;
    return { __typename: 'AuthTokens', ...tokens, refreshToken: this.isInBody ? refreshToken : null };
  }

  /** The session of an access token that is accepted. */
  sessionOfToken(accessToken: string | undefined): FakeSession | null {
    const issued = this.issued.get(accessToken ?? '');
    const isValid = issued && Date.now() < issued.until && !issued.session.hasEnded;
    return isValid ? issued.session : null;
  }

  /** The session of a refresh token; without one, of the cookie. The last two generations are accepted. */
  presented(refreshToken: string | undefined): FakeSession | undefined {
    const [sid, generation] = (refreshToken ?? this.cookie ?? '').split('.');
    const session = this.sessions.find(({ id, hasEnded }) => id === sid && !hasEnded);
    return session && Number(generation) >= session.generation - 1 ? session : undefined;
  }

  /** Refuses the access tokens that were issued until now. */
  expire(): void {
    this.issued.clear();
  }

  endOthers(session: FakeSession): number {
    const others = this.sessions.filter(
      (other) => other.account === session.account && other !== session && !other.hasEnded,
    );
    for (const other of others) other.hasEnded = true;
    return others.length;
  }

  remember(account: FakeAccount): string {
    const ticket = crypto.randomUUID();
    this.tickets.set(ticket, account);
    return ticket;
  }

  recall(ticket: string): FakeAccount | undefined {
    const account = this.tickets.get(ticket);
    this.tickets.delete(ticket);
    return account;
  }

  soon(): string {
    return new Date(Date.now() + 60_000).toISOString();
  }
}
