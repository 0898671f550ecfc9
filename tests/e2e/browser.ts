import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

const EXECUTABLE = '/usr/bin/chromium';
const QUIET = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Why the suites with a browser cannot run here, or undefined when they can. */
export const browserMissing = existsSync(EXECUTABLE)
  ? undefined
  : 'No browser: its suites are skipped. Install it by: apt-get install chromium';

/** A browser with a profile of its own, which `close` removes. */
export interface Browser {
  context: BrowserContext;
  close(): Promise<void>;
}

/** Debian's Chromium refuses the cookies of other sites unless a profile allows them. */
const ALL_COOKIES = JSON.stringify({ profile: { cookie_controls_mode: 0 } });

/** Starts a browser that has seen nothing yet. `allCookies` also allows those of other sites. */
export async function startBrowser({
  allCookies = false,
  ...options
}: Parameters<typeof chromium.launchPersistentContext>[1] & { allCookies?: boolean } = {}): Promise<Browser> {
  const profile = await mkdtemp(join(tmpdir(), 'gatehouse-browser-'));
  if (allCookies) {
    await mkdir(join(profile, 'Default'));
    await writeFile(join(profile, 'Default', 'Preferences'), ALL_COOKIES);
  }
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: EXECUTABLE,
    headless: true,
    chromiumSandbox: false,
    args: QUIET,
    ...options,
  });
  return {
    context,
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/** What a page did that it should not: refused by its policy, thrown, or asked of another server. */
export function watch(page: Page, origin: string): string[] {
  const faults: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`thrown: ${error.message}`));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (!['data:', 'blob:', 'about:'].includes(url.protocol) && url.origin !== origin)
      faults.push(`outside: ${url.href}`);
  });
  return faults;
}
