import type { CallStream } from "./call-stream.js";
import { MessageChannel } from "./platform.js";

/** Gives a stream's chunks to a call that asks for them through a port, one message for each; the end is `null`. The
 *  stream is cancelled if the call fails. */
export async function feed<T>(
  reader: ReadableStreamDefaultReader<unknown>,
  call: (port: MessagePort) => CallStream<T>,
  check: (chunk: unknown) => unknown,
): Promise<T> {
  const { port1: port, port2 } = new MessageChannel();
  const results = call(port2);
  try {
    return await new Promise<T>((resolve, reject) => {
      port.onmessage = () =>
        reader.read().then(({ done, value }) => port.postMessage(done ? null : check(value))).catch(reject);
      results.next().then(({ value }) => resolve(value as T), reject);
    });
  } catch (error) {
    reader.cancel(error).catch(() => {});
    throw error;
  } finally {
    void results.return();
    port.close();
  }
}
