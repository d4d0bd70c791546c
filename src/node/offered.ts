import { Centaurus } from "../face/centaurus.js";

/** Services that stand on something which not every runtime has, and what they are told to need. */
const NEEDS = {
  socket: ["WebSocket", "Sockets need WebSocket, which Node.js has from version 22 on"],
  storage: ["indexedDB", "Storage needs IndexedDB, which is there in browsers alone"],
} as const;

// Refused at once, by name, instead of by whatever would fail in a worker later.
for (const [method, [needed, why]] of Object.entries(NEEDS)) {
  const inner = Centaurus.prototype[method as keyof typeof NEEDS] as (...args: unknown[]) => unknown;
  const outer = function (this: unknown, ...args: unknown[]) {
    if (!(needed in globalThis)) throw new DOMException(why, "NotSupportedError");
    return inner.apply(this, args);
  };
  Object.defineProperty(Centaurus.prototype, method, { value: outer, configurable: true, writable: true });
}
