import { Death } from "./death.js";
import { Executor } from "./executor.js";
import { Functions } from "./functions.js";
import { Outbox } from "./outbox.js";
import { Down, MAGIC, Up, VERSION } from "./protocol.js";
import { register } from "./registration.js";

declare const self: DedicatedWorkerGlobalScope;

/** What the page tells a worker before anything else. */
export interface Hello {
  /** Name of the Web Lock to hold for life. */
  lock: string | null;
  /** Cells shared with the page where it is cross-origin isolated. */
  cells: Int32Array | null;
}

// Taken now, since a script that is loaded later may put its own in their place.
const native = self.postMessage.bind(self) as (message: unknown, transfer?: readonly Transferable[]) => void;
// Without a list where there is nothing to transfer: reading an empty one costs a tenth of a small message.
const post = (message: unknown, transfer: readonly Transferable[]) =>
  transfer.length > 0 ? native(message, transfer) : native(message);

const outbox = new Outbox(post);
const functions = new Functions();
const death = new Death(outbox, self);
const executor = new Executor(
  outbox,
  functions,
  (_registration, kind, payload, context) => register(functions, kind, payload, context),
  (call, error) => {
    death.announce(call, error);
  },
);
death.watch(executor);

let messages = 0;
self.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
  if (!Array.isArray(data) || data[0] !== MAGIC) return;
  messages += 1;
  if (data[1] === Down.Hello) {
    const { lock, cells } = data[2] as Hello;
    executor.cells = cells ?? undefined;
    if (lock !== null) death.hold(lock);
  }
  executor.receive(data);
});
self.addEventListener("messageerror", () => {
  messages += 1;
  outbox.add(performance.now(), undefined, Up.Unreadable, messages);
  outbox.flush();
});

outbox.add(performance.now(), undefined, Up.Loaded, VERSION);
outbox.flush();
