import { execFileSync, spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sharedGateway, type TestGateway, type TestOptions } from '../support/app.js';
import { freePort } from '../support/ports.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const FOLDER = resolve('examples/react');
const VITE = resolve(FOLDER, 'node_modules/vite/bin/vite.js');
const READY_WITHIN_MILLISECONDS = 30_000;

/** Why the example cannot be tried here, or undefined when it can. */
export const exampleMissing = existsSync(VITE)
  ? undefined
  : 'The example is not installed: its suites are skipped. Install it by: npm ci --prefix examples/react';

/** The example app, built for a gateway of its own, which sends its mails to it. */
export interface ExampleApp {
  gateway: TestGateway;
  /** Address of the app. */
  origin: string;
  /** Address of the gateway. */
  gatewayOrigin: string;
  close(): Promise<void>;
}

async function untilAnswered(url: string): Promise<void> {
  const until = Date.now() + READY_WITHIN_MILLISECONDS;
  for (;;) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return;
    if (Date.now() > until) throw new Error(`${url} does not answer`);
    await sleep(50);
  }
}

/** Starts a gateway, builds the example for it and serves what was built. */
export async function exampleApp(options: TestOptions = {}): Promise<ExampleApp> {
  const [port, appPort] = [await freePort(), await freePort()];
  const [gatewayOrigin, origin] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${appPort}`];
  const outDir = temporaryDirectory('example');
  const env = { ...process.env, NODE_ENV: 'production', VITE_GATEHOUSE_URL: `${gatewayOrigin}/graphql` };
  execFileSync(process.execPath, [VITE, 'build', '--outDir', outDir, '--emptyOutDir', '--logLevel', 'error'], {
    cwd: FOLDER,
    env,
  });
  const words = ['preview', '--outDir', outDir, '--host', '127.0.0.1', '--port', String(appPort), '--strictPort'];
  const server = spawn(process.execPath, [VITE, ...words], { cwd: FOLDER, env, stdio: 'ignore' });
  const gateway = await sharedGateway({
    worker: true,
    ...options,
    env: { PUBLIC_URL: gatewayOrigin, APP_URL: origin, ...options.env },
  });
  await gateway.app.http.listen({ host: '127.0.0.1', port });
  await untilAnswered(origin);
  return {
    gateway,
    origin,
    gatewayOrigin,
    async close() {
      server.kill();
      await gateway.close();
      rmSync(outDir, { recursive: true, force: true });
    },
  };
}
