import { Kind } from "../../worker/runtime/protocol.js";
import type { Core, Entry } from "./core.js";
import { TerminatedError, WorkerLoadError } from "./errors.js";
import { Gate } from "./gate.js";
import { broken, bytesOf, loadModule } from "./load.js";
import type { ServiceFiles } from "./options.js";

/** A WebAssembly file of built-in services: fetched and compiled once, when the first of them is first used, and given
 *  to every worker as a module. */
export class ServiceFile<Name extends string> {
  readonly entries: Map<Name, Entry>;
  readonly #gate = new Gate(() => this.#begin());

  /** `file` tells the workers which program it is; it stands on those of `after`. */
  constructor(readonly core: Core, readonly file: ServiceFiles, names: readonly Name[], readonly after: readonly { loaded(): Promise<void> }[] = []) {
    this.entries = new Map(names.map((name) => [name, { name, id: -1 }]));
  }

  /** What a call of a service has to pass; nothing once the services are there. */
  get gate(): Gate | undefined {
    return this.#gate.open ? undefined : this.#gate;
  }

  /** Resolves when the workers have been given it. */
  loaded(): Promise<void> {
    return new Promise((run, reject) => this.#gate.pass({ run, reject }));
  }

  /** Nothing that waits for the services will run. */
  end(error: unknown): void {
    this.#gate.end(error);
  }

  async #begin(): Promise<void> {
    const { core, file, entries } = this;
    const { [file]: source, extras } = core.settings;
    const load = async (module: WebAssembly.Module | BufferSource) => this.register([...entries.values()], { module });
    try {
      const [module] = await Promise.all([loadModule(source, extras), ...this.after.map((file) => file.loaded())]);
      await load(module).catch(async (error: unknown) => {
        const bytes = error instanceof TerminatedError || error instanceof WorkerLoadError ? undefined : await bytesOf(source());
        // Not every engine clones every module; of its bytes the worker makes it itself.
        if (!bytes) throw error;
        return load(bytes);
      });
    } catch (error) {
      throw error instanceof TerminatedError || error instanceof WorkerLoadError ? error : broken(`The WebAssembly of the ${file}`, error);
    }
  }

  /** Has every worker make these functions of the file and what comes with them. */
  register(entries: Entry[], payload: object): Promise<void> {
    const { core, file } = this;
    return new Promise((resolve, reject) => {
      core.enter((proxy) => {
        const numbered = (first: number) => ({ file, ...payload, names: number(entries, first) });
        proxy.register(Kind.Services, numbered, entries.length, resolve as () => void, reject);
      }, reject);
    });
  }
}

/** Gives the entries their numbers. */
export function number(entries: Entry[], first: number): [string, number][] {
  return entries.map((entry, i) => {
    entry.id = first + i;
    return [entry.name, entry.id];
  });
}
