// WebSockets by the same few methods: how the project, the platform and others bring messages to a page.

import { installed } from '../files.js';
import { Centaurus } from './centaurus.js';
import { classicScript } from './classic-script.js';

const same = (value) => value;

/** How values become messages and messages values, on the main thread. */
const ON_MAIN = {
  raw: () => ({ toMessage: same, fromMessage: same }),
  json: () => ({ toMessage: JSON.stringify, fromMessage: JSON.parse }),
  async pack() {
    const [msgpackr, pako] = await Promise.all([
      classicScript(installed('msgpackr/dist/index.min.js'), 'msgpackr'),
      classicScript(installed('pako/dist/browser/pako.umd.min.js'), 'pako'),
    ]);
    const packr = new msgpackr.Packr({ useRecords: false });
    const toMessage = (value) => pako.deflate(packr.pack(value), { level: 6 });
    return { toMessage, fromMessage: (bytes) => packr.unpack(pako.inflate(new Uint8Array(bytes))) };
  },
};

/** In this order: the project's in a worker, the others on the main thread, where they write and read a codec's messages. */
export async function contestants({ codec = 'raw' } = {}) {
  const { default: ReconnectingWebSocket } = await import(installed('partysocket/dist/ws.js'));
  const pool = new Centaurus({ size: 1 });
  await pool.ready;
  const onMain = await ON_MAIN[codec]();
  const binary = (socket) => Object.assign(socket, { binaryType: 'arraybuffer' });
  return {
    list: [
      { name: 'centaurus', open: (url) => binary(pool.socket(url, { codec })), toMessage: same, fromMessage: same },
      { name: 'raw WebSocket', open: (url) => binary(new WebSocket(url)), ...onMain },
      { name: 'partysocket', open: (url) => binary(new ReconnectingWebSocket(url)), ...onMain },
    ],
    end: () => pool.terminate(),
  };
}
