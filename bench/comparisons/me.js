import { askMe, expectData, openSessions } from '../lib/asks.js';
import { startScript } from '../lib/children.js';
import { CONNECTIONS, compare, measure } from '../lib/sides.js';

/** `{ me }` of a signed-in user compared with a constant field of a bare Apollo Server. */
export const me = {
  rows: { me: { title: 'me ÷ { hello } of a bare Apollo Server', baseline: '≥ 0.62' } },
  async prepare(bench) {
    this.hello = await startScript(new URL('../servers/hello.js', import.meta.url));
    bench.onClose(() => this.hello.stop());
    this.sessions = await openSessions(await bench.gateway(), CONNECTIONS);
  },
  async round(bench) {
    const { ready: url, pid } = this.hello;
    const hello = await measure({ url, pid }, async (connection) =>
      expectData(await connection.post({ query: '{ hello }' }), (data) => data.hello === 'hello'),
    );
    const ours = await measure(await bench.gateway(), (connection, index) => askMe(connection, this.sessions[index]));
    return { me: compare(ours, hello) };
  },
};
