import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { whenFinished } from './cleanup.js';
import { temporaryDirectory } from './temporary-directory.js';

/** Files of a server's certificate and of the CA that nobody but the test knows. */
export interface TestCertificate {
  ca: string;
  cert: string;
  key: string;
}

/** Makes a CA and a certificate of it for `name`. */
export function testCertificate(name = 'localhost'): TestCertificate {
  const folder = temporaryDirectory('certificate');
  whenFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = (part: string) => join(folder, part);
  const openssl = (...parameters: string[]) => execFileSync('openssl', parameters, { stdio: 'ignore' });
  const fresh = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const { ca, cert, key } = { ca: file('ca.pem'), cert: file('server.pem'), key: file('server.key') };
  openssl('req', '-x509', ...fresh, '-keyout', file('ca.key'), '-out', ca, '-days', '2', '-subj', '/CN=Test CA');
  openssl('req', ...fresh, '-keyout', key, '-out', file('server.csr'), '-subj', `/CN=${name}`);
  writeFileSync(file('names'), `subjectAltName=DNS:${name}`);
  const signing = ['-CA', ca, '-CAkey', file('ca.key'), '-CAcreateserial', '-days', '2', '-extfile', file('names')];
  openssl('x509', '-req', '-in', file('server.csr'), ...signing, '-out', cert);
  return { ca, cert, key };
}
