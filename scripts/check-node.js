// Runs before start and test. Written in old syntax, because native modules crash old Node.js versions without a message.
if (process.platform === 'win32') {
  console.error(
    'Gatehouse runs on Linux and macOS. On Windows use WSL 2: https://learn.microsoft.com/windows/wsl/install',
  );
  process.exit(1);
}
const oldest = 22;
const present = process.versions.node;
if (Number(present.split('.')[0]) < oldest) {
  console.error(`Gatehouse needs Node ${oldest} or newer, and this is ${present}.`);
  console.error(
    'On Linux "npm ci" installs one beside the project; "npm start", "npm test" and "npm run …" find it there.',
  );
  process.exit(1);
}
