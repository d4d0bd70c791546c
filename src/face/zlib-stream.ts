import type { CallStream, Listener } from "./call-stream.js";
import { MessageChannel } from "./platform.js";

/** A call under way, its port, and what is to be done at its end. */
type Flow = [outputs: CallStream<unknown>, port: MessagePort, end: (() => void) | undefined];

function release([outputs, port, end]: Flow): void {
  void outputs.return();
  port.close();
  end?.();
}

/** Transforms that nobody has any more: their calls end. */
const collected = new FinalizationRegistry<Flow>(release);

/**
 * A transform whose state lives in a worker: a call holds the worker from when something is first written or read until
 * the transform is closed, gives nothing when it is set up and then what comes out, an array being several, and asks for
 * chunks through a port, a message for each, some ahead. It gets them while someone reads.
 *
 * Made of its two ends, because not every engine tells a `TransformStream`'s transformer that one of them was given up
 * (Streams, transformer `cancel`), and the worker's state has to go then.
 */
export function transform<T, Output>(
  call: (port: MessagePort) => CallStream<Output | Output[] | undefined>,
  check: (chunk: T) => unknown,
  end?: () => void,
): TransformStream<T, Output> {
  let flow: Flow | undefined;
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
    if (flow) release(flow);
    wake();
  };
  const fail = (error: unknown) => {
    fault ??= { error };
    leave();
    reader.error(error);
    writer.error(error);
  };
  const ends: Listener = {
    output(output) {
      state = "open";
      if (output) {
        wanted = false;
        for (const one of ([] as Output[]).concat(output as Output)) reader.enqueue(one);
      }
      wake();
    },
    over() {
      state = "ended";
      wake();
    },
    fail,
    ask() {
      asked += 1;
      wake();
    },
  };
  /** Not before it is used: one that is made and dropped costs nothing. */
  const begin = () => {
    if (flow || state === "left") return;
    const { port1, port2 } = new MessageChannel();
    const outputs = call(port2);
    flow = [outputs as CallStream<unknown>, port1, end];
    collected.register(ends, flow);
    void outputs.tell(port1, new WeakRef(ends));
  };
  const readable = new ReadableStream<Output>(
    {
      start: (controller) => void (reader = controller),
      pull: () => {
        begin();
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
    },
    write: async (chunk, { signal }) => {
      begin();
      await until(() => !signal.aborted && !(wanted && asked > 0));
      if (signal.aborted || state === "left") return;
      try {
        flow?.[1].postMessage(check(chunk));
        asked -= 1;
      } catch (error) {
        fail(error);
        throw error;
      }
    },
    close: async () => {
      begin();
      flow?.[1].postMessage(null);
      await until(() => state === "new" || state === "open");
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
