import { connect, isIP } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import type { SmtpServer } from '../lib/smtp-url.js';

const LONGEST_GREETING = 4096;

/** Whether the server greets (`220`, RFC 5321 4.2) within the time; signs in to nothing and never throws. */
export function probeSmtp(server: SmtpServer, timeoutMilliseconds: number): Promise<boolean> {
  const { host, port, rejectUnauthorized } = server;
  return new Promise((resolve) => {
    const servername = isIP(host) === 0 ? host : '';
    const socket = server.secure
      ? connectSecurely({ host, port, rejectUnauthorized, servername })
      : connect({ host, port });
    let greeting = '';
    const finish = (greeted: boolean) => {
      clearTimeout(timer);
      resolve(greeted);
      if (greeted) socket.end('QUIT\r\n');
      else socket.destroy();
    };
    // The deadline also ends a server that sends a byte now and then.
    const timer = setTimeout(() => {
      finish(false);
      socket.destroy();
    }, timeoutMilliseconds);
    socket.setTimeout(timeoutMilliseconds, () => socket.destroy());
    socket.on('error', () => finish(false));
    socket.on('close', () => finish(false));
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      greeting += chunk;
      if (/^220[ -][^\n]*\n/.test(greeting)) finish(true);
      else if (!'220'.startsWith(greeting.slice(0, 3)) || greeting.length > LONGEST_GREETING) finish(false);
    });
  });
}
