import { seeFrom } from "./base.js";
import { Death } from "./death.js";
import { Executor } from "./executor.js";
import { Functions } from "./functions.js";
import { Outbox } from "./outbox.js";
import { Down, MAGIC, Up, VERSION } from "./protocol.js";
import { register } from "./registration.js";

declare const self: DedicatedWorkerGlobalScope;

/** What the page tells a worker before anything else. */
export interface Hello {
  /** Cells shared with the page where it is cross-origin isolated. */
  cells: Int32Array | null;
  /** What the page sees relative addresses from. */
  base: string | undefined;
}

// Taken now, since a script that is loaded later may put its own in their place.
const native = globalThis.postMessage?.bind(globalThis) as (message: unknown, transfer?: readonly Transferable[]) => void;
// Without a list where there is nothing to transfer: reading an empty one costs a tenth of a small message.
const post = (message: unknown, transfer: readonly Transferable[]) =>
  transfer.length > 0 ? native(message, transfer) : native(message);

/** Makes a worker of the pool of this one. */
export function start(): void {
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
  // Before the lock is held nobody would notice if what is run here ended the worker. It is asked for at once, while the
  // page is still busy loading.
  executor.await(death.hold());

  /** The proxy's messages; the greeting is not one of them. */
  let messages = 0;
  self.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
    if (!Array.isArray(data) || data[0] !== MAGIC) return;
    if (data[1] === Down.Hello) {
      const { cells, base } = data[2] as Hello;
      executor.cells = cells ?? undefined;
      seeFrom(base);
    } else {
      messages += 1;
      executor.receive(data);
    }
  });
  self.addEventListener("messageerror", () => {
    messages += 1;
    outbox.add(performance.now(), undefined, Up.Unreadable, messages);
    outbox.flush();
  });

  outbox.add(performance.now(), undefined, Up.Loaded, VERSION);
  outbox.flush();
}
