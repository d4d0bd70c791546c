import type { CallStream } from "./call-stream.js";

type Output = Uint8Array<ArrayBuffer>;

/**
 * A transform of bytes whose state lives in a worker: its chunks go through a port to a call that holds the worker for as
 * long as the transform is open, and gives one output for each. A chunk is taken when someone reads, and when the one
 * before has come out.
 *
 * Made of its two ends, because not every engine tells a `TransformStream`'s transformer that one of them was given up
 * (Streams, transformer `cancel`), and the worker's state has to go then.
 */
export function transform<T>(
  call: (port: MessagePort) => CallStream<Output>,
  check: (chunk: T) => unknown,
): TransformStream<T, Output> {
  const { port1: port, port2 } = new MessageChannel();
  const outputs = call(port2);
  let reader!: ReadableStreamDefaultController<Output>;
  let writer!: WritableStreamDefaultController;
  let wanted = false;
  let left = false;
  let wake = () => {};
  let settle!: { resolve: () => void; reject: (error: unknown) => void };
  const answer = () => new Promise<void>((resolve, reject) => (settle = { resolve, reject }));
  const leave = () => {
    left = true;
    void outputs.return();
    port.close();
    wake();
  };
  const fail = (error: unknown) => {
    leave();
    reader.error(error);
    writer.error(error);
    settle.reject(error);
  };
  const receive = async () => {
    for await (const output of outputs) {
      if (output?.byteLength) {
        wanted = false;
        reader.enqueue(output);
      }
      settle.resolve();
    }
    settle.resolve();
  };
  const readable = new ReadableStream<Output>(
    {
      start: (controller) => void (reader = controller),
      pull: () => {
        wanted = true;
        wake();
      },
      cancel: (reason) => {
        leave();
        writer.error(reason);
      },
    },
    { highWaterMark: 0 },
  );
  const writable = new WritableStream<T>({
    start: (controller) => {
      writer = controller;
      controller.signal.addEventListener("abort", () => wake());
      receive().catch(fail);
      return answer();
    },
    write: async (chunk) => {
      if (!wanted) await new Promise<void>((resolve) => (wake = resolve));
      if (left) return;
      const answered = answer();
      try {
        port.postMessage(check(chunk));
      } catch (error) {
        fail(error);
      }
      await answered;
    },
    close: async () => {
      port.postMessage(null);
      await answer();
      leave();
      reader.close();
    },
    abort: (reason) => {
      leave();
      reader.error(reason);
    },
  });
  return Object.create(TransformStream.prototype, { readable: { value: readable }, writable: { value: writable } }) as TransformStream<T, Output>;
}
