import { pathToFileURL } from 'node:url';
import { gql } from '@apollo/client';
import { rolldown } from 'rolldown';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { sharedGateway } from '../support/app.js';
import { type CountingFetch, countingFetch } from '../support/counting-fetch.js';
import { PASSWORD, verifiedUser } from '../support/journey.js';
import { writeRecipe } from '../support/recipe.js';

const gateway = await sharedGateway({ worker: true, env: { ACCESS_TOKEN_TTL: '30s' } });
const uri = `${await gateway.app.http.listen({ host: '127.0.0.1', port: 0 })}/graphql`;

/** The exports of the code in docs/react-without-package.md. */
interface RecipeModule {
  client: import('@apollo/client').ApolloClient;
  renew(): Promise<'renewed' | 'signed-out' | 'trouble'>;
  keepAccessToken(token: string | undefined): void;
  signOut(): Promise<void>;
}

const { folder, remove } = writeRecipe(uri);
const bundle = await rolldown({ input: `${folder}/recipe.ts`, platform: 'node', external: /^(@apollo|rxjs|graphql)/ });
await bundle.write({ file: `${folder}/recipe.mjs`, format: 'esm' });
await bundle.close();

afterAll(async () => {
  remove();
  await gateway.close();
});

let copies = 0;
let browser: CountingFetch;
let tab: RecipeModule;
let user: { email: string; id: string };

const LOGIN = gql`
  mutation Login($input: LoginInput!) {
    login(input: $input) {
      ... on LoginSuccess {
        tokens {
          accessToken
        }
      }
    }
  }
`;
const ME = gql`
  query Me {
    me {
      id
    }
  }
`;
const RENAME = gql`
  mutation Rename {
    updateProfile(input: { displayName: "Ada" }) {
      __typename
    }
  }
`;
const TWO = gql`
  mutation Two {
    updateProfile(input: { displayName: "Ada" }) {
      __typename
    }
    resendVerification(input: { email: "nobody@example.com" }) {
      __typename
    }
  }
`;

/** Opens a page, whose memory is empty. */
const openTab = async (): Promise<RecipeModule> => await import(`${pathToFileURL(folder)}/recipe.mjs?${++copies}`);

async function ask(): Promise<string | undefined> {
  const { data } = await tab.client.query<{ me: { id: string } }>({
    query: ME,
    fetchPolicy: 'no-cache',
    context: { queryDeduplication: false },
  });
  return data?.me.id;
}

/** Lets the access token expire, beyond what the gateway tolerates. */
function expire(): void {
  gateway.clock.advance(40);
  browser.sent.length = 0;
}

/** How often each operation was sent. */
function counts(): Record<string, number> {
  return Object.fromEntries(
    [...new Set(browser.sent)].map((name) => [name, browser.sent.filter((one) => one === name).length]),
  );
}

describe('the code of docs/react-without-package.md, against the gateway', () => {
  beforeEach(async () => {
    browser = countingFetch();
    vi.stubGlobal('fetch', browser.fetch);
    user = await verifiedUser(gateway);
    tab = await openTab();
    const input = { identifier: user.email, password: PASSWORD };
    const { data } = await tab.client.mutate<{ login: { tokens: { accessToken: string } } }>({
      mutation: LOGIN,
      variables: { input },
    });
    tab.keepAccessToken(data?.login.tokens.accessToken);
  });
  afterEach(() => vi.unstubAllGlobals());

  test('ten operations with an expired token are answered after one refresh', async () => {
    expire();
    const answers = await Promise.all(Array.from({ length: 10 }, ask));
    expect(answers).toEqual(Array(10).fill(user.id));
    expect(counts()).toEqual({ Me: 20, anonymous: 1 });
  });

  test('a mutation that was refused as data is repeated, without selecting the code', async () => {
    expire();
    const { data } = await tab.client.mutate({ mutation: RENAME });
    expect(data).toEqual({ updateProfile: { __typename: 'ProfileUpdated' } });
    expect(browser.sent).toEqual(['Rename', 'anonymous', 'Rename']);
  });

  test('a mutation of which one field took effect is not repeated', async () => {
    expire();
    const { data } = await tab.client.mutate({ mutation: TWO });
    expect(data).toMatchObject({ resendVerification: { __typename: 'MailAccepted' } });
    expect(browser.sent).toEqual(['Two']);
  });

  test('a page that is loaded again is signed in', async () => {
    tab = await openTab();
    expect(await tab.renew()).toBe('renewed');
    expect(await ask()).toBe(user.id);
  });

  test("an answer that is not the gateway's signs nobody out", async () => {
    expire();
    browser.before = (operation) =>
      operation === 'anonymous' ? new Response('<h1>Bad gateway</h1>', { status: 502 }) : undefined;
    await expect(ask()).rejects.toThrow();
    expect(counts().anonymous).toBe(3);
    browser.before = undefined;
    expect(await tab.renew()).toBe('renewed');
    expect(await ask()).toBe(user.id);
  });

  test('a sign-out is one for the pages that are opened afterwards', async () => {
    await ask();
    await tab.signOut();
    expect(tab.client.cache.extract()).toEqual({});
    expect(await (await openTab()).renew()).toBe('signed-out');
  });
});
