import type { Registered } from "../functions.js";
import type { Task } from "../task.js";
import { Link } from "./link.js";
import type { Asked, Plan } from "./messages.js";
import { Outlet } from "./outlet.js";
import { type Program, use } from "./program.js";
import { Shared } from "./shared.js";

/** Sockets over an instance of their wasm. */
export function sockets({ module }: { module: WebAssembly.Module | BufferSource }): Record<string, Registered["run"]> {
  const compiled = module instanceof WebAssembly.Module ? module : new WebAssembly.Module(module);
  use(new WebAssembly.Instance(compiled).exports as unknown as Program);
  return { "socket.open": open } as unknown as Record<string, Registered["run"]>;
}

/** One socket, from its beginning in this worker to its end. */
async function* open(this: Task, port: MessagePort, plan: Plan): AsyncGenerator<unknown, void> {
  const outlet = new Outlet(this);
  const link = new (plan.shared ? Shared : Link)(plan, (news, value) => outlet.say(news, value), () => outlet.end());
  this.signal.addEventListener("abort", () => link.abort());
  try {
    await link.begin(plan.revived);
    port.onmessage = ({ data }) => link.hear(data as Asked);
    yield* outlet.values();
  } finally {
    port.close();
    link.free();
  }
}
