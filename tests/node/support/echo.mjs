import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

/** What a server appends to the client's key (RFC 6455, section 1.3). */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** The address of a server of WebSockets that sends back what it gets, in frames of less than 126 bytes (RFC 6455,
 *  section 5.2), until the test is over. */
export async function echo(t) {
  const server = createServer().on('upgrade', ({ headers }, socket) => {
    const key = createHash('sha1').update(headers['sec-websocket-key'] + GUID).digest('base64');
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${key}\r\n\r\n`);
    socket.on('data', ([head, size, ...rest]) => {
      const mask = rest.slice(0, 4);
      const content = rest.slice(4, 4 + (size & 127)).map((byte, i) => byte ^ mask[i % 4]);
      socket.write(Uint8Array.of(head, content.length, ...content));
      const isClose = (head & 15) === 8;
      if (isClose) socket.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return `ws://127.0.0.1:${server.address().port}/`;
}
