import { digests } from "./digest.js";
import { EXPOSED, exposed } from "./exposed.js";
import { boundTo } from "./free-variables.js";
import { compile, type Form, Form as Forms, type Functions, type Registered } from "./functions.js";
import { missingMessage } from "./missing-names.js";
import type { Lookup } from "./msgpack/index.js";
import { protobuf } from "./protobuf/index.js";
import { Kind } from "./protocol.js";
import { services } from "./services.js";
import { sockets } from "./socket/index.js";
import { BESIDE, storage } from "./storage/index.js";
import { isPromise } from "./stream.js";
import { initialise, isMachinery, isPackage } from "./wasm-package.js";

/** What a successful registration tells the page. */
export interface Found {
  /** A module's exported functions, where the page did not name them. */
  names?: string[];
  /** Functions that use names which this worker does not have. */
  missing?: { message: string; function: string; names: string[] }[];
}

type Named = [name: string, id: number][];

/** What makes the functions of each file of services. */
const FILES: Record<string, (payload: never, lookup: Lookup) => Record<string, Registered["run"]>> = {
  services, digest: digests, protobuf, socket: sockets, storage,
};

/** Carries out an entry of the registration log. Throws or rejects as a whole: a set of functions is registered
 *  altogether or not at all. */
export function register(
  functions: Functions,
  kind: number,
  payload: unknown,
  context: object,
): Found | undefined | Promise<Found | undefined> {
  switch (kind as Kind) {
    case Kind.Functions:
      return fromSource(functions, payload as { name: string; id: number; source: string; form: Form }[], context);
    case Kind.Scripts:
      return loadScripts(payload as string[]);
    case Kind.Module:
      return loadModule(functions, payload as { url: string; names: Named | null });
    case Kind.Setup:
      return setUp(payload as { source: string; args: unknown[] }, context);
    case Kind.Services: {
      const { file, names } = payload as { file: string; names: Named };
      const offered = FILES[file]?.(payload as never, (name) => functions.named(name)) ?? {};
      for (const [name, id] of names) {
        const run = offered[name];
        if (!run) throw new TypeError(`This worker file offers no service '${name}' of '${file}'; it is of another release`);
        functions.set(id, { name, form: Forms.Plain, run, beside: BESIDE.has(name) });
      }
      return undefined;
    }
    default:
      throw new TypeError(`This worker file knows no registration of kind ${kind}; it is of another release`);
  }
}

function fromSource(
  functions: Functions,
  entries: { name: string; id: number; source: string; form: Form }[],
  context: object,
): Found | undefined {
  const compiled = entries.map(({ name, source }) => {
    const bound = boundTo(source);
    if (bound.hard) throw new TypeError(`'${name}' uses ${bound.hard}, which is its class's alone and does not come along with its source. ${OWN_CLASS}`);
    return { ...compile(name, source, context), members: bound.members.filter((member) => !(member in context)) };
  });
  const missing: NonNullable<Found["missing"]> = [];
  entries.forEach(({ name, id, form }, i) => {
    const { run, missing: names, members } = compiled[i] as (typeof compiled)[number];
    functions.set(id, { name, form, run });
    if (names.length > 0) missing.push({ message: missingMessage(name, names), function: name, names });
    if (members.length > 0) {
      const list = members.map((member) => `this.${member}`);
      const message = `The function '${name}' uses ${list.join(", ")}, but its 'this' is the task of the call: signal, progress(), transfer(). ${OWN_CLASS}`;
      missing.push({ message, function: name, names: list });
    }
  });
  return missing.length > 0 ? { missing } : undefined;
}

const OWN_CLASS = "Pass the value as an argument, or put the class into a module whose functions use it, for registerModule().";

/** The engines' own words, since a module's scope tells itself apart by nothing else. */
const REFUSED_TO_MODULES = /importScripts.*module|module.*importScripts/is;

function loadScripts(urls: string[]): undefined {
  for (const url of urls) {
    try {
      // A member, since Parcel refuses modules with the bare name.
      self.importScripts(url);
    } catch (error) {
      if (error instanceof TypeError && REFUSED_TO_MODULES.test(error.message)) {
        throw new TypeError(
          `The worker is a module, and only a classic one can load ${url}: import it in the worker's own script, or use the worker of the package`,
          { cause: error },
        );
      }
      if (error instanceof DOMException) {
        throw Object.assign(new DOMException(`The script ${url} could not be loaded: ${error.message}`, "NetworkError"), {
          cause: error,
        });
      }
      throw error;
    }
  }
  return undefined;
}

async function loadModule(functions: Functions, { url, names }: { url: string; names: Named | null }): Promise<Found | undefined> {
  let module: Record<string, unknown>;
  try {
    // A template, since Vite's server of development puts an import of its own into a script that imports a variable, and
    // this script is a classic one.
    module = url === EXPOSED ? exposed : ((await import(/* webpackIgnore: true */ /* @vite-ignore */ `${url}`)) as Record<string, unknown>);
  } catch (error) {
    if (error instanceof TypeError) throw new TypeError(`The module ${url} could not be loaded: ${error.message}`, { cause: error });
    throw error;
  }
  let exported = Object.keys(module);
  if (module !== exposed && isPackage(module)) {
    await initialise(module, url);
    exported = exported.filter((name) => !isMachinery(name));
  }
  const offered = exported.filter((name) => typeof module[name] === "function");
  if (names === null) return { names: offered };
  const absent = names.map(([name]) => name).filter((name) => !offered.includes(name));
  if (absent.length > 0) {
    throw new TypeError(`The module ${url} exports no function ${absent.join(", ")}; it exports ${offered.join(", ") || "none"}`);
  }
  for (const [name, id] of names) functions.set(id, { name, form: Forms.Plain, run: module[name] as Registered["run"] });
  return undefined;
}

function setUp({ source, args }: { source: string; args: unknown[] }, context: object): undefined | Promise<undefined> {
  const result = compile("setup", source, context).run.apply(context, args);
  return isPromise(result) ? Promise.resolve(result).then(() => undefined) : undefined;
}
