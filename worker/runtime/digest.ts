import * as glue from "centaurus-digest-glue";
import { chainingValue, values } from "./digest-tree.js";
import type { Registered } from "./functions.js";
import { help, type Work } from "./helpers.js";
import { type Bytes, bytesOf, type Input, lengthOf, PIECE, piecesOf, progress } from "./input.js";
import type { Task } from "./task.js";

interface Options {
  secret?: BufferSource;
  length?: number;
}
type Asked = Options & { algorithms: string | string[] };
type Digests = Record<string, Uint8Array>;

/**
 * Sizes in bytes from which WebCrypto's digest is there sooner than ours, although it is computed elsewhere and has to be
 * waited for. Measured from call to result, in Chromium, Firefox and WebKit: SHA-256 takes 1.1 to 1.7 times as long here
 * from 64 KiB on and twice as long from 256 KiB on, with HMAC as without; SHA-1 1.2 times as long from 256 KiB on;
 * below, waiting costs up to half as much again. SHA-384 and SHA-512 are about as fast here at every size. SHA-224
 * WebCrypto has not.
 */
const NATIVE_FROM = new Map([["sha-1", 256 << 10], ["sha-256", 32 << 10]]);

/** Most bytes for WebCrypto, which wants all of them in memory, and copies them. */
const NATIVE_MAX = 64 << 20;

/** The services over an instance of the digests' wasm. */
export function digests({ module }: { module: WebAssembly.Module | BufferSource }): Record<string, Registered["run"]> {
  if (!("digestJoin" in glue.initSync({ module }))) throw new TypeError("The WebAssembly is another program");
  const offered = {
    digest,
    "digest.help"(this: Task, port: MessagePort, first: Work[]) {
      return help(this, port, first, { blake3: chainingValue });
    },
  };
  return offered as unknown as Record<string, Registered["run"]>;
}

/** Digests under the names by which they were asked for. BLAKE3 of much data is computed with so many helpers at most. */
function digest(this: Task, data: Input, { algorithms, ...options }: Asked, helpers = 0): Digests | Promise<Digests> {
  const names = Array.isArray(algorithms) ? algorithms : [algorithms as string];
  const length = lengthOf(data);
  const native = names.filter((name) => isNative(name, data, length, options.secret));
  const ours = names.filter((name) => !native.includes(name));
  // Made in any case: it checks the options.
  const digester = new glue.Digester(ours, options);
  const finish = () => named(ours, digester.finish());
  if (helpers > 0 && names.length > 0 && names.every((name) => name.toLowerCase() === "blake3")) {
    return tree(this, data as Bytes, options, helpers).finally(() => digester.free()).then((joined) => named(names, names.map(() => joined)));
  }
  if (native.length > 0 || length === undefined || length > PIECE || data instanceof Blob) {
    return later(this, data, digester, native, options.secret).then((theirs) => inOrder(names, { ...finish(), ...theirs }));
  }
  digester.update(bytesOf(data as ArrayBuffer));
  progress(this, length, length);
  return finish();
}

/** Has both compute what is theirs at the same time. Gives what WebCrypto did. */
async function later(task: Task, data: Input, digester: glue.Digester, native: string[], secret: BufferSource | undefined): Promise<Digests> {
  try {
    let bytes = data;
    let theirs: Promise<Uint8Array[]> | undefined;
    if (native.length > 0) {
      const whole = (bytes = await bytesOf(data as Blob)) as Uint8Array<ArrayBuffer>;
      theirs = Promise.all(native.map((name) => webCrypto(name, whole, secret)));
      // It is awaited below, if nothing fails before.
      theirs.catch(() => {});
    }
    for await (const piece of piecesOf(bytes, task)) digester.update(piece);
    return named(native, (await theirs) ?? []);
  } catch (error) {
    digester.free();
    throw error;
  }
}

function isNative(name: string, data: Input, length: number | undefined, secret: BufferSource | undefined): boolean {
  // Only on secure origins (Web Cryptography, section 5).
  if (!globalThis.crypto?.subtle || length === undefined || length > NATIVE_MAX) return false;
  const from = typeof name === "string" ? NATIVE_FROM.get(name.toLowerCase()) : undefined;
  if (from === undefined || length < from) return false;
  // It takes neither shared memory nor an empty key.
  if (!(data instanceof Blob) && !((bytesOf(data as ArrayBuffer) as Uint8Array).buffer instanceof ArrayBuffer)) return false;
  return secret?.byteLength !== 0;
}

async function webCrypto(name: string, bytes: Uint8Array<ArrayBuffer>, secret: BufferSource | undefined): Promise<Uint8Array> {
  const { subtle } = crypto;
  if (!secret) return new Uint8Array(await subtle.digest(name, bytes));
  const key = await subtle.importKey("raw", secret, { name: "HMAC", hash: name }, false, ["sign"]);
  return new Uint8Array(await subtle.sign("HMAC", key, bytes));
}

async function tree(task: Task, data: Bytes, options: Options, helpers: number): Promise<Uint8Array> {
  return glue.digestJoin(await values(task, data, { secret: options.secret }, helpers), options);
}

function named(names: string[], digests: Uint8Array[]): Digests {
  return Object.fromEntries(names.map((name, i) => [name, digests[i] as Uint8Array]));
}

function inOrder(names: string[], digests: Digests): Digests {
  return named(names, names.map((name) => digests[name] as Uint8Array));
}
