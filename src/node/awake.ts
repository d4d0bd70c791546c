import { setInterval } from "node:timers";
import { CallStream } from "../face/call-stream.js";
import { Centaurus } from "../face/centaurus.js";
import { Core } from "../face/core.js";
import { OnDemand } from "../face/on-demand.js";

/**
 * Keeps the process alive while a promise of a pool's is pending, and lets it end otherwise: workers and timers alone
 * do not hold it (they are unref'ed). On a page nothing of the kind is needed, which is why it is put around the face
 * here.
 */
let pending = 0;
/** Does nothing; it is there to be waited for. Longest delay of a timer, in ms. */
let handle: NodeJS.Timeout | undefined;
const LONG = 2 ** 31 - 1;

function hold(): void {
  pending += 1;
  if (pending > 1) return;
  if (handle) handle.ref();
  else handle = setInterval(() => {}, LONG);
}

function release(): void {
  pending -= 1;
  if (pending === 0) handle?.unref();
}

/** A promise that settles as the other does and holds the process until then. Not the other itself: what looks at a
 *  promise takes it for handled, and then nobody is told of a rejection that nobody handles. */
function held<T>(promise: Promise<T>): Promise<T> {
  hold();
  // The platform's own, which is not among those that come here.
  return Promise.prototype.then.call(
    promise,
    (value) => {
      release();
      return value;
    },
    (error: unknown) => {
      release();
      throw error;
    },
  ) as Promise<T>;
}

type Asynchronous = (...args: never[]) => Promise<unknown>;

function wrap<T extends object>(prototype: T, names: (keyof T & string)[]): void {
  for (const name of names) {
    const inner = prototype[name] as Asynchronous;
    const outer = function (this: unknown, ...args: never[]) {
      return held(inner.apply(this, args));
    };
    Object.defineProperty(prototype, name, { value: outer, configurable: true, writable: true });
  }
}

wrap(Core.prototype, ["call", "broadcast", "close"]);
wrap(CallStream.prototype, ["next"]);
wrap(Centaurus.prototype, ["protobuf"]);
// A registration that nobody looks at starts nothing, and has nothing to stay alive for.
wrap(OnDemand.prototype, ["then"]);

/** Those that are held already: `ready` gives the same promise again and again, and is handled by itself. */
const waited = new WeakSet<Promise<void>>();
const ready = Object.getOwnPropertyDescriptor(Centaurus.prototype, "ready")?.get as (this: unknown) => Promise<void>;
Object.defineProperty(Centaurus.prototype, "ready", {
  configurable: true,
  get() {
    const promise = ready.call(this);
    if (!waited.has(promise)) {
      waited.add(promise);
      hold();
      promise.then(release, release);
    }
    return promise;
  },
});
