import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { whenFinished } from './cleanup.js';
import { temporaryDirectory } from './temporary-directory.js';

/** A CA of the test's own, and a certificate of it for a server; the paths of their files. */
export interface Certificates {
  ca: string;
  certificate: string;
  key: string;
}

function openssl(folder: string, ...words: string[]): void {
  execFileSync('openssl', words, { cwd: folder, stdio: 'pipe' });
}

/** Makes the certificate of a server of these names, such as `DNS:localhost` and `IP:127.0.0.1`, in a folder of a server's. */
export function makeCertificates(folder: string, ...names: string[]): Certificates {
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    folder,
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    'ca.key',
    '-out',
    'ca.crt',
    '-days',
    '2',
    '-subj',
    '/CN=Test CA',
  );
  openssl(folder, 'req', ...newKey, '-keyout', 'tls.key', '-out', 'tls.csr', '-subj', '/CN=Test server');
  writeFileSync(join(folder, 'names'), `subjectAltName=${names.join(',')}\n`);
  const by = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'names'];
  openssl(folder, 'x509', '-req', '-in', 'tls.csr', '-out', 'tls.crt', ...by);
  const paths = { ca: join(folder, 'ca.crt'), certificate: join(folder, 'tls.crt'), key: join(folder, 'tls.key') };
  // PostgreSQL takes a key that is its own alone.
  const { uid, gid } = statSync(folder);
  for (const path of Object.values(paths)) chownSync(path, uid, gid);
  chmodSync(paths.key, 0o600);
  return paths;
}

/** Makes the certificate of a server of this name, in a folder that goes with the test. */
export function certificateOf(name: string): Certificates {
  const folder = temporaryDirectory('certificate');
  whenFinished(() => rmSync(folder, { recursive: true, force: true }));
  return makeCertificates(folder, `DNS:${name}`);
}
