import type { CallStream } from "./call-stream.js";
import { MessageChannel } from "./platform.js";

/**
 * A transform whose state lives in a worker: a call holds the worker for as long as the transform is open, gives nothing
 * when it is set up and then what comes out, an array being several, and asks for chunks through a port, a message for
 * each, some ahead. It gets them while someone reads.
 *
 * Made of its two ends, because not every engine tells a `TransformStream`'s transformer that one of them was given up
 * (Streams, transformer `cancel`), and the worker's state has to go then.
 */
export function transform<T, Output>(
  call: (port: MessagePort) => CallStream<Output | Output[] | undefined>,
  check: (chunk: T) => unknown,
  end?: () => void,
): TransformStream<T, Output> {
  const { port1: port, port2 } = new MessageChannel();
  const outputs = call(port2);
  let reader!: ReadableStreamDefaultController<Output>;
  let writer!: WritableStreamDefaultController;
  let wanted = false;
  let asked = 0;
  let state: "new" | "open" | "ended" | "left" = "new";
  let fault: { error: unknown } | undefined;
  let wake = () => {};
  /** Waits as long as `blocked` holds and somebody is at both ends. */
  const until = async (blocked: () => boolean) => {
    while (blocked() && state !== "left") await new Promise<void>((resolve) => (wake = resolve));
    if (fault) throw fault.error;
  };
  const leave = () => {
    state = "left";
    void outputs.return();
    port.close();
    end?.();
    wake();
  };
  const fail = (error: unknown) => {
    fault ??= { error };
    leave();
    reader.error(error);
    writer.error(error);
  };
  const receive = async () => {
    for await (const output of outputs) {
      state = "open";
      if (output) {
        wanted = false;
        for (const one of ([] as Output[]).concat(output)) reader.enqueue(one);
      }
      wake();
    }
    state = "ended";
    wake();
  };
  port.onmessage = () => {
    asked += 1;
    wake();
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
      return until(() => state === "new");
    },
    write: async (chunk, { signal }) => {
      await until(() => !signal.aborted && !(wanted && asked > 0));
      if (signal.aborted || state === "left") return;
      try {
        port.postMessage(check(chunk));
        asked -= 1;
      } catch (error) {
        fail(error);
        throw error;
      }
    },
    close: async () => {
      port.postMessage(null);
      await until(() => state === "open");
      if (state === "left") return;
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
