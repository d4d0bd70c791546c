import type { ProtobufSchema } from "../centaurus.js";
import type { CallStream } from "./call-stream.js";
import { Core, type Entry } from "./core.js";
import { descriptors } from "./protobuf.js";
import type { Listener } from "./proxy.js";
import type { ServiceFile } from "./service-file.js";
import { ServiceFiles } from "./services.js";
import type { CentaurusSocket } from "./socket.js";
import type { CodecPlan } from "../../worker/runtime/socket/codec.js";
import { type Asked, Order, type Plan } from "../../worker/runtime/socket/messages.js";

/** Sockets that may wait for their worker at a time. */
const MANY = 1_000_000;

/**
 * The sockets of a pool. They live in a worker of their own that takes no other calls, so that nothing the pool computes
 * holds up a message or a heartbeat.
 */
export class Sockets {
  readonly open = new Set<CentaurusSocket>();
  /** Their worker, once there has been a socket. */
  core: Core | undefined;
  #files!: ServiceFiles;
  readonly #ended = new AbortController();

  constructor(readonly pool: Core, readonly event: Listener["event"], readonly compile: (source: string) => Promise<ProtobufSchema>) {}

  /** What a codec has to know of a type. */
  async coded({ type, schema }: { type: string; schema: string | ProtobufSchema }): Promise<CodecPlan> {
    const compiled = descriptors.get(typeof schema === "string" ? await this.compile(schema) : schema);
    if (!compiled) throw new TypeError("codec.schema must be the text of a .proto file, or what c.protobuf() made of it");
    return { type, schema: compiled };
  }

  /** Starts the call that is a socket, once the files are there which its codec takes. */
  async start(port: MessagePort, plan: Plan): Promise<CallStream<unknown[]>> {
    const { settings } = this.pool;
    if (!this.core) {
      this.core = new Core(
        { ...settings, name: `${settings.name}-sockets`, min: 0, max: 1, broadcast: 1, queueLimit: MANY },
        { event: this.event, state: () => {}, ended: (error) => this.#files.end(error) },
      );
      this.#files = new ServiceFiles(this.core);
      this.#watch();
    }
    const { socket, services, protobuf } = this.#files;
    await loaded(socket);
    if (plan.codec === "pack") await loaded(services);
    if (typeof plan.codec === "object") await loaded(protobuf);
    return this.core.stream(socket.entries.get("socket.open") as Entry, [port, plan], { transfer: [port] });
  }

  terminate(): void {
    this.#ended.abort();
    this.core?.terminate();
  }

  /** Closes them all, and ends when they have ended. */
  async close(): Promise<void> {
    await Promise.all([...this.open].map((socket) => socket.finish()));
    await this.core?.close();
    this.#ended.abort();
  }

  /** Has them hear what only a page hears, or hears for certain. */
  #watch(): void {
    const on = (target: EventTarget | undefined, type: string, told: () => Asked | undefined) =>
      target?.addEventListener?.(type, () => {
        const asked = told();
        if (asked) for (const socket of this.open) socket.order(asked);
      }, this.#ended);
    for (const type of ["online", "offline"]) on(globalThis, type, () => [Order.Online, type === "online"]);
    on(globalThis.document, "visibilitychange", () => (document.hidden ? undefined : [Order.Woken]));
  }
}

function loaded({ gate }: Pick<ServiceFile<never>, "gate">): Promise<void> {
  return new Promise((run, reject) => (gate ? gate.pass({ run, reject }) : run()));
}
