import { Core, type Entry } from "./core.js";
import type { CallStream } from "./call-stream.js";
import type { Listener } from "./proxy.js";
import { ServiceFile } from "./service-file.js";
import type { CentaurusSocket } from "./socket.js";
import type { Plan } from "../../worker/runtime/socket/messages.js";

/** Sockets that one worker can hold; it is the platform that will say no before. */
const MANY = 1_000_000;

/**
 * The sockets of a pool. They live in a worker of their own that takes no other calls, so that nothing the pool computes
 * holds up a message or a heartbeat.
 */
export class Sockets {
  readonly open = new Set<CentaurusSocket>();
  #core: Core | undefined;
  #file: ServiceFile<"socket.open"> | undefined;

  constructor(readonly pool: Core, readonly event: Listener["event"]) {}

  /** Their worker, once there has been a socket. */
  get core(): Core | undefined {
    return this.#core;
  }

  /** Starts the call that is a socket. */
  start(port: MessagePort, plan: Plan): CallStream<unknown[]> {
    if (!this.#core) {
      const { settings } = this.pool;
      this.#core = new Core(
        { ...settings, name: `${settings.name}-sockets`, min: 0, max: 1, broadcast: 1, queueLimit: MANY },
        { event: this.event, state: () => {}, ended: (error) => this.#file?.end(error) },
      );
      this.#file = new ServiceFile(this.#core, "socket", ["socket.open"]);
    }
    const { entries, gate } = this.#file as ServiceFile<"socket.open">;
    return this.#core.stream(entries.get("socket.open") as Entry, [port, plan], { transfer: [port] }, gate);
  }

  terminate(): void {
    this.#core?.terminate();
  }

  /** Closes them all, and ends when they have ended. */
  async close(): Promise<void> {
    await Promise.all([...this.open].map((socket) => socket.finish()));
    await this.#core?.close();
  }
}
