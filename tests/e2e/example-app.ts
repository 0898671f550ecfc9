import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
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

/** Why the example in Next.js cannot be tried here, or undefined when it can. Its build takes too long for a test. */
export const nextMissing = existsSync('examples/next/.next/BUILD_ID')
  ? undefined
  : 'The example in Next.js is not built: its suite is skipped. Build it in examples/next by: npm ci && npm run build';

/** An example app with a gateway of its own, which sends its mails to it. */
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

type Serve = (app: { port: number; gatewayOrigin: string }) => { server: ChildProcess; remove(): void };

async function exampleWith(serve: Serve, options: TestOptions): Promise<ExampleApp> {
  const [port, appPort] = [await freePort(), await freePort()];
  const [gatewayOrigin, origin] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${appPort}`];
  const { server, remove } = serve({ port: appPort, gatewayOrigin });
  const env = { PUBLIC_URL: gatewayOrigin, APP_URL: origin, ...options.env };
  const gateway = await sharedGateway({ worker: true, ...options, env });
  await gateway.app.http.listen({ host: '127.0.0.1', port });
  await untilAnswered(origin);
  return {
    gateway,
    origin,
    gatewayOrigin,
    async close() {
      server.kill();
      await gateway.close();
      remove();
    },
  };
}

/** Starts a gateway, builds the example in React for it and serves what was built. */
export function exampleApp(options: TestOptions = {}): Promise<ExampleApp> {
  return exampleWith(({ port, gatewayOrigin }) => {
    const outDir = temporaryDirectory('example');
    const env = { ...process.env, NODE_ENV: 'production', VITE_GATEHOUSE_URL: `${gatewayOrigin}/graphql` };
    const place = { cwd: FOLDER, env };
    const build = ['build', '--outDir', outDir, '--emptyOutDir', '--logLevel', 'error'];
    execFileSync(process.execPath, [VITE, ...build], place);
    const preview = ['preview', '--outDir', outDir, '--host', '127.0.0.1', '--port', String(port), '--strictPort'];
    const server = spawn(process.execPath, [VITE, ...preview], { ...place, stdio: 'ignore' });
    return { server, remove: () => rmSync(outDir, { recursive: true, force: true }) };
  }, options);
}

/** Starts a gateway and the built example in Next.js in front of it. */
export function exampleNext(): Promise<ExampleApp> {
  const start = ({ port, gatewayOrigin }: Parameters<Serve>[0]) => {
    const words = ['node_modules/next/dist/bin/next', 'start', '--hostname', '127.0.0.1', '--port', String(port)];
    const env: NodeJS.ProcessEnv = { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' };
    env.GATEHOUSE_URL = `${gatewayOrigin}/graphql`;
    const server = spawn(process.execPath, words, { cwd: 'examples/next', env, stdio: 'ignore' });
    return { server, remove: () => undefined };
  };
  return exampleWith(start, { env: { TRUSTED_PROXIES: 'loopback' } });
}
