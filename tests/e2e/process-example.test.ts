import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { whenFinished } from '../support/cleanup.js';
import { eventually } from '../support/eventually.js';
import { newEmail, PASSWORD } from '../support/journey.js';
import { freePort, isListening } from '../support/ports.js';
import { dataDirectory, ensureBuilt } from '../support/process.js';
import { exampleMissing } from './example-app.js';

const READY_WITHIN_MILLISECONDS = 120_000;
const SIGNUP = 'mutation ($input: SignupInput!) { signup(input: $input) { __typename } }';

describe.skipIf(exampleMissing)('npm run example', () => {
  test('starts gateway and app, prints both addresses, mails lead to the app, and both end', async () => {
    await ensureBuilt();
    const [port, appPort] = [await freePort(), await freePort()];
    const { PATH, HOME } = process.env;
    const child = spawn(process.execPath, ['scripts/example.js', '--installed'], {
      env: { PATH, HOME, PORT: String(port), APP_PORT: String(appPort), DATA_DIR: dataDirectory('prepared') },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const ended = once(child, 'close');
    whenFinished(async () => {
      child.kill('SIGTERM');
      await ended;
    });
    const [gateway, app] = [`http://localhost:${port}`, `http://localhost:${appPort}`];
    await eventually(() => expect(output).toContain('The example is ready.'), READY_WITHIN_MILLISECONDS);
    expect(output).toContain(`App       ${app}`);
    expect(output).toContain(`Gateway   ${gateway}`);

    const email = newEmail();
    const response = await fetch(`${gateway}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: app },
      body: JSON.stringify({ query: SIGNUP, variables: { input: { email, password: PASSWORD } } }),
    });
    expect(await response.json()).toEqual({ data: { signup: { __typename: 'SignupAccepted' } } });
    expect(response.headers.get('access-control-allow-origin')).toBe(app);
    const mail = await eventually(async () => {
      const mails = (await (await fetch(`${gateway}/dev/mail.json`)).json()) as { to: string; link: string }[];
      const found = mails.find(({ to }) => to === email);
      if (found === undefined) throw new Error('no mail yet');
      return found;
    });
    expect(mail.link).toContain(`${app}/verify-email#token=`);
    expect(await (await fetch(mail.link)).text()).toContain('<div id="root">');

    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(await Promise.all([port, appPort].map(isListening))).toEqual([false, false]);
  }, 180_000);
});
