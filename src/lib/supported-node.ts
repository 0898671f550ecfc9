const OLDEST_NODE = 22;

/** Ends the process with a message if the Node.js version is not supported. */
export function supportedNode(): void {
  const [major] = process.versions.node.split('.').map(Number);
  if (major !== undefined && major >= OLDEST_NODE) return;
  process.stderr.write(
    `Gatehouse needs Node ${OLDEST_NODE} or newer; this is ${process.versions.node}. Start it through npm, which uses its own.\n`,
  );
  process.exit(1);
}
