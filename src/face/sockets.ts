import type { ProtobufSchema } from "../centaurus.js";
import type { Conversation } from "./conversation.js";
import { Core } from "./core.js";
import { failure, WorkerLoadError } from "./errors.js";
import { diagnosed, exported } from "./load.js";
import type { Listener } from "./proxy.js";
import { ServiceFiles } from "./services.js";
import type { CentaurusSocket, Page } from "./socket.js";

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
  #files: ServiceFiles | undefined;
  #terminated = false;

  constructor(readonly pool: Core, readonly event: Listener["event"], readonly compile: (source: string) => Promise<ProtobufSchema>) {}

  /** Begins a socket's conversation with its worker. */
  async begin(page: Page): Promise<Conversation> {
    const { conversation, extras } = this.pool.settings;
    try {
      return new (await exported<typeof Conversation>(conversation(), "Conversation"))(page);
    } catch (error) {
      throw error instanceof WorkerLoadError ? error : await diagnosed(String(conversation()), error, extras);
    }
  }

  /** Starts their worker, unless it has been. */
  files(): ServiceFiles {
    const { settings } = this.pool;
    if (this.#terminated) throw failure("TerminatedError");
    this.core ??= new Core(
      { ...settings, name: `${settings.name}-sockets`, min: 0, max: 1, broadcast: 1, queueLimit: MANY },
      { event: this.event, state: () => {}, ended: (error) => this.#files?.end(error) },
    );
    return (this.#files ??= new ServiceFiles(this.core));
  }

  terminate(): void {
    this.#terminated = true;
    this.core?.terminate();
  }

  /** Closes them all, and ends when they have ended. */
  async close(): Promise<void> {
    await Promise.all([...this.open].map((socket) => socket.finish()));
    await this.core?.close();
  }
}
