/** The cookie with the access token, which only the app's server reads. */
export const ACCESS_COOKIE = 'gatehouse-access';

interface Tokens {
  accessToken: string;
  expiresIn: number;
}

type Member = { __typename?: string; tokens?: Tokens; gatehouseTokens?: Tokens } | null;

const ENDS = ['RefreshRejectedProblem', 'LogoutSuccess', 'AccountDeleted'];

/** The header that stores an access token; without one, that removes it. */
export function accessCookie(tokens: Tokens | null, isSecure: boolean): string {
  const value = tokens ? `${tokens.accessToken}; Max-Age=${tokens.expiresIn}` : '; Max-Age=0';
  return `${ACCESS_COOKIE}=${value}; Path=/; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;
}

/** The tokens in a response of the gateway. Null if the response ends the session; undefined if it does neither. */
export function tokensIn(answer: unknown): Tokens | null | undefined {
  const { data } = (answer ?? {}) as { data?: Record<string, Member> | null };
  const members = Object.values(data ?? {}).filter((member) => typeof member === 'object' && member !== null);
  const tokens = members.map((member) => member.gatehouseTokens ?? member.tokens).find((found) => found?.accessToken);
  if (tokens) return tokens;
  return members.some(({ __typename = '' }) => ENDS.includes(__typename)) ? null : undefined;
}

/** Whether the browser reached the app by https, also behind a proxy. */
export function isSecureRequest(request: Request): boolean {
  return (request.headers.get('x-forwarded-proto') ?? new URL(request.url).protocol).startsWith('https');
}
