import { connect, isIP } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import type { SmtpServer } from '../lib/smtp-url.js';
import type { Greeting } from './outgoing-mail.js';

const LONGEST_GREETING = 4096;

/** Waits for the greeting (`220`, RFC 5321 4.2) and disconnects. Never throws. */
export function probeSmtp(server: SmtpServer, timeoutMilliseconds: number): Promise<Greeting> {
  const { host, port, rejectUnauthorized } = server;
  return new Promise((resolve) => {
    const servername = isIP(host) === 0 ? host : '';
    const socket = server.secure
      ? connectSecurely({ host, port, rejectUnauthorized, servername })
      : connect({ host, port });
    let greeting = '';
    const finish = (answer: Greeting) => {
      clearTimeout(timer);
      resolve(answer);
      if (answer === 'greets') socket.end('QUIT\r\n');
      else socket.destroy();
    };
    // A fixed deadline, as a server that sends a byte now and then would reset an idle timeout.
    const timer = setTimeout(() => {
      finish('silent');
      socket.destroy();
    }, timeoutMilliseconds);
    socket.setTimeout(timeoutMilliseconds, () => socket.destroy());
    socket.on('error', () => finish('refuses'));
    socket.on('close', () => finish('refuses'));
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      greeting += chunk;
      if (/^220[ -][^\n]*\n/.test(greeting)) finish('greets');
      else if (!'220'.startsWith(greeting.slice(0, 3)) || greeting.length > LONGEST_GREETING) finish('refuses');
    });
  });
}
