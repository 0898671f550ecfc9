import { login, signUp } from '../lib/asks.js';
import { startScript } from '../lib/children.js';
import { CONNECTIONS, compare, measure, SLICE } from '../lib/sides.js';

/** Raw hashes in a separate process: the upper limit of logins and sign-ups. */
let raw;
async function startHashes(bench) {
  if (raw !== undefined) return;
  raw = await startScript(new URL('../servers/hashes.js', import.meta.url));
  bench.onClose(() => raw.stop());
}

function againstHashes(kind, row, ask) {
  return {
    rows: { [kind]: row },
    prepare: startHashes,
    async round(bench) {
      const other = await raw.ask({ kind, concurrency: CONNECTIONS, milliseconds: SLICE });
      const gateway = await bench.gateway();
      const ours = await measure(gateway, (connection) => ask(gateway, connection));
      return { [kind]: compare(ours, other) };
    },
  };
}

/** Logins compared with raw argon2id verifications. */
export const logins = againstHashes(
  'verify',
  { title: 'logins ÷ raw argon2id verifications', baseline: '≥ 0.72' },
  (gateway, connection) => login(connection, gateway.nextEmail()),
);

/** Sign-ups compared with raw argon2id hashes. */
export const signUps = againstHashes(
  'hash',
  { title: 'sign-ups ÷ raw argon2id hashes', baseline: '≥ 0.66' },
  (gateway, connection) => signUp(connection, gateway.newEmail()),
);
