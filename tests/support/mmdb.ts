import ipaddr from 'ipaddr.js';

/** What an entry of a database of locations holds. */
export type MmdbValue = string | number | bigint | MmdbValue[] | { [key: string]: MmdbValue };

type Kind = keyof typeof kinds;
type Record = { node: number } | { data: number } | undefined;

/** The numbers of the types (MaxMind DB File Format 2.0). */
const kinds = { string: 2, uint16: 5, uint32: 6, map: 7, uint64: 9, array: 11 } as const;
const FIRST_EXTENDED = 8;
const LONG_SIZE = 29;
const SEPARATOR = Buffer.alloc(16);
const MARKER = Buffer.from('abcdef4d61784d696e642e636f6d', 'hex');
const RECORD_BYTES = 3;

/** The control byte of a value, with the size where it needs a second one. */
function control(kind: Kind, size: number): Buffer {
  const number = kinds[kind];
  const extended = number >= FIRST_EXTENDED;
  const head = [((extended ? 0 : number) << 5) | Math.min(size, LONG_SIZE)];
  if (extended) head.push(number - 7);
  if (size >= LONG_SIZE) head.push(size - LONG_SIZE);
  return Buffer.from(head);
}

function integer(kind: Kind, value: bigint): Buffer {
  const digits = value === 0n ? '' : value.toString(16);
  const bytes = Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex');
  return Buffer.concat([control(kind, bytes.length), bytes]);
}

function encode(value: MmdbValue): Buffer {
  if (typeof value === 'bigint') return integer('uint64', value);
  if (typeof value === 'number') return integer('uint32', BigInt(value));
  if (typeof value === 'string') {
    const text = Buffer.from(value);
    return Buffer.concat([control('string', text.length), text]);
  }
  if (Array.isArray(value)) return Buffer.concat([control('array', value.length), ...value.map(encode)]);
  const pairs = Object.entries(value).flatMap(([key, held]) => [encode(key), encode(held)]);
  return Buffer.concat([control('map', pairs.length / 2), ...pairs]);
}

/** The bits of a network; in a tree of IPv6 an IPv4 address stands at the very end. */
function bitsOf(network: string, version: 4 | 6): number[] {
  const [address, length] = ipaddr.parseCIDR(network);
  const padding = version === 6 && address.kind() === 'ipv4' ? 96 : 0;
  const bits = address.toByteArray().flatMap((byte) => Array.from({ length: 8 }, (_, bit) => (byte >> (7 - bit)) & 1));
  return [...Array.from({ length: padding }, () => 0), ...bits.slice(0, length)];
}

/** The search tree over the networks; each of their records names an offset among the data. */
function plant(offsets: Map<string, number>, version: 4 | 6): [Record, Record][] {
  const nodes: [Record, Record][] = [[undefined, undefined]];
  for (const [network, data] of offsets) {
    const bits = bitsOf(network, version);
    let at = 0;
    bits.forEach((bit, depth) => {
      const node = nodes[at];
      if (node === undefined) throw new Error('The tree has no such node.');
      const side = bit === 0 ? 0 : 1;
      const next = node[side];
      if (depth === bits.length - 1) node[side] = { data };
      else if (next !== undefined && 'node' in next) at = next.node;
      else {
        at = nodes.push([undefined, undefined]) - 1;
        node[side] = { node: at };
      }
    });
  }
  return nodes;
}

function writeTree(nodes: [Record, Record][]): Buffer {
  const numberOf = (record: Record) => {
    if (record === undefined) return nodes.length;
    return 'node' in record ? record.node : nodes.length + SEPARATOR.length + record.data;
  };
  const tree = Buffer.alloc(nodes.length * 2 * RECORD_BYTES);
  nodes.flat().forEach((record, index) => {
    tree.writeUIntBE(numberOf(record), index * RECORD_BYTES, RECORD_BYTES);
  });
  return tree;
}

/** Writes a small .mmdb file: network → entry. Networks may not lie in each other. */
export function mmdb(entries: { [network: string]: MmdbValue }, version: 4 | 6 = 6): Buffer {
  const data: Buffer[] = [];
  const offsets = new Map<string, number>();
  for (const [network, value] of Object.entries(entries)) {
    offsets.set(network, Buffer.concat(data).length);
    data.push(encode(value));
  }
  const nodes = plant(offsets, version);
  const metadata = encode({
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1_767_225_600n,
    database_type: 'Test-City',
    description: { en: 'Made for tests' },
    ip_version: version,
    languages: ['en'],
    node_count: nodes.length,
    record_size: RECORD_BYTES * 8,
  });
  return Buffer.concat([writeTree(nodes), SEPARATOR, ...data, MARKER, metadata]);
}
