import { connect } from 'node:net';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

const END_OF_HEAD = Buffer.from('\r\n\r\n');

/** The first response in the buffer, with its end offset. Undefined if it is incomplete. */
function firstAnswer(buffer) {
  const head = buffer.indexOf(END_OF_HEAD);
  if (head < 0) return undefined;
  const headers = buffer.toString('latin1', 0, head);
  const from = head + END_OF_HEAD.length;
  const length = /\r\ncontent-length: (\d+)/i.exec(headers);
  if (length !== null) {
    const end = from + Number(length[1]);
    return buffer.length < end ? undefined : { headers, body: buffer.subarray(from, end), end };
  }
  const end = buffer.indexOf('\r\n0\r\n\r\n', from - 2);
  return end < 0 ? undefined : { headers, body: buffer.subarray(from, end), end: end + 7 };
}

/**
 * A keep-alive connection with one request at a time. It does far less work than a general client, so that two cores measure
 * the server and not the client.
 */
async function openConnection(address) {
  const { hostname, port, host, pathname } = new URL(address);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  let buffer = Buffer.alloc(0);
  let pending;
  socket.on('data', (chunk) => {
    buffer = buffer.length === 0 ? chunk : Buffer.concat([buffer, chunk]);
    const answer = firstAnswer(buffer);
    if (answer === undefined || pending === undefined) return;
    buffer = buffer.subarray(answer.end);
    const { resolve } = pending;
    pending = undefined;
    resolve({ status: Number(answer.headers.slice(9, 12)), headers: answer.headers, text: answer.body.toString() });
  });
  const fail = (cause) => pending?.reject(cause ?? new Error(`${address} closed the connection`));
  socket.on('error', fail).on('close', () => fail());
  const send = (request) =>
    new Promise((resolve, reject) => {
      if (socket.destroyed) return reject(new Error(`${address} closed the connection`));
      pending = { resolve, reject };
      socket.write(request);
    });
  const lines = (headers) =>
    Object.entries(headers)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('');
  return {
    get: (headers = {}) => send(`GET ${pathname} HTTP/1.1\r\nhost: ${host}\r\n${lines(headers)}\r\n`),
    post(body, headers = {}, path = pathname) {
      const text = JSON.stringify(body);
      const length = Buffer.byteLength(text);
      const own = { 'content-type': 'application/json', 'content-length': length, ...headers };
      return send(`POST ${path} HTTP/1.1\r\nhost: ${host}\r\n${lines(own)}\r\n${text}`);
    },
    close: () => socket.destroy(),
  };
}

/** Opens connections for one measurement and closes them afterwards, as servers would close idle ones. */
export async function withConnections(address, count, work) {
  const connections = await Promise.all(Array.from({ length: count }, () => openConnection(address)));
  try {
    return await work(connections);
  } finally {
    for (const connection of connections) connection.close();
  }
}

/**
 * Runs all askers concurrently, each repeatedly, for a while. An asker throws on a wrong response, because a fast rejection
 * would look like a fast server.
 */
export async function load(askers, milliseconds) {
  const latencies = [];
  const start = performance.now();
  const until = start + milliseconds;
  await Promise.all(
    askers.map(async (ask) => {
      for (let before = performance.now(); before < until; ) {
        await ask();
        const after = performance.now();
        latencies.push(after - before);
        before = after;
      }
    }),
  );
  return { perSecond: (latencies.length * 1000) / (performance.now() - start), latencies };
}

/**
 * Sends requests at a steady rate, by each asker in turn, and returns the latencies. A latency is measured from the time the
 * request was due, so that requests due while the server stalls count fully.
 */
export async function paced(askers, perSecond, milliseconds) {
  const latencies = [];
  const start = performance.now();
  const count = Math.floor((perSecond * milliseconds) / 1000);
  await Promise.all(
    askers.map(async (ask, asker) => {
      for (let turn = asker; turn < count; turn += askers.length) {
        const due = start + (turn * 1000) / perSecond;
        const early = due - performance.now();
        if (early > 0) await sleep(early);
        await ask();
        latencies.push(performance.now() - due);
      }
    }),
  );
  return latencies;
}
