// Computes or verifies password hashes for a while, and replies with the number per second and the CPU time of each.
import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';
import { loadArgon2 } from '../../dist/services/passwords/argon2.js';
import { PASSWORD_HASH_COST } from '../../dist/services/passwords/hasher.js';
import { sizeThreadPool } from '../../dist/settings.js';

sizeThreadPool(availableParallelism());
const argon2 = await loadArgon2();
const hash = await argon2.hash('a password', PASSWORD_HASH_COST);
const work = {
  hash: () => argon2.hash('a password', PASSWORD_HASH_COST),
  verify: () => argon2.verify(hash, 'a password'),
};

process.on('message', async ({ kind, concurrency, milliseconds }) => {
  const start = performance.now();
  const cpu = process.cpuUsage();
  let count = 0;
  const worker = async () => {
    for (; performance.now() < start + milliseconds; count += 1) await work[kind]();
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  const { user, system } = process.cpuUsage(cpu);
  process.send({ perSecond: (count * 1000) / (performance.now() - start), cpu: (user + system) / 1000 / count });
});
process.send('ready');
