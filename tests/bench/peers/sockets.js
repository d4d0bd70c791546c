// WebSockets by the same few methods: how the project, the platform and others bring messages to a page.

import { installed } from '../files.js';
import { Centaurus } from './centaurus.js';

/** In this order: the project's in a worker, the others on the main thread. */
export async function contestants() {
  const { default: ReconnectingWebSocket } = await import(installed('partysocket/dist/ws.js'));
  const pool = new Centaurus({ size: 1 });
  await pool.ready;
  return {
    list: [
      { name: 'centaurus', open: (url) => pool.socket(url) },
      { name: 'raw WebSocket', open: (url) => new WebSocket(url) },
      { name: 'partysocket', open: (url) => new ReconnectingWebSocket(url) },
    ],
    end: () => pool.terminate(),
  };
}
