import * as glue from "centaurus-digest-glue";

/** Bytes of a chunk's check. */
const CHECK = 32;

/** The check of a chunk: what it gives to the BLAKE3 tree of its content. */
function checkOf(bytes: Uint8Array, number: number, chunk: number): Uint8Array {
  const part = new glue.DigestPart(undefined, number * chunk, chunk);
  part.update(bytes);
  return part.finish();
}

/** Whether a chunk is what it was. */
export function isSound(bytes: Uint8Array, checks: Uint8Array, number: number, chunk: number): boolean {
  const wanted = checks.subarray(number * CHECK, (number + 1) * CHECK);
  return bytes.length > 0 && checkOf(bytes, number, chunk).every((byte, i) => byte === wanted[i]);
}

/** The digest of a content under its name, as `sha-256:…`. */
export function digestOf(algorithm: string, bytes: Uint8Array): string {
  const digester = new glue.Digester([algorithm], undefined);
  digester.update(bytes);
  return named(algorithm, digester.finish()[0] as Uint8Array);
}

/** The checks and the digest of a content that comes chunk by chunk, which BLAKE3 gives at one go. */
export class Seal {
  readonly #checks: Uint8Array[] = [];
  readonly #digester: glue.Digester | undefined;
  #first: Uint8Array | undefined;

  constructor(readonly algorithm: string, readonly chunk: number) {
    if (algorithm !== "blake3") this.#digester = new glue.Digester([algorithm], undefined);
  }

  add(bytes: Uint8Array): void {
    this.#first ??= bytes;
    this.#checks.push(checkOf(bytes, this.#checks.length, this.chunk));
    this.#digester?.update(bytes);
  }

  finish(): { digest: string; checks: Uint8Array } {
    const { algorithm } = this;
    const parts = this.#checks;
    const checks = new Uint8Array(parts.length * CHECK);
    parts.forEach((check, i) => checks.set(check, i * CHECK));
    if (this.#digester) return { digest: named(algorithm, this.#digester.finish()[0] as Uint8Array), checks };
    // One chunk is no tree.
    if (parts.length === 1) return { digest: digestOf(algorithm, this.#first as Uint8Array), checks };
    return { digest: named(algorithm, glue.digestJoin(parts, undefined)), checks };
  }
}

function named(algorithm: string, digest: Uint8Array): string {
  return `${algorithm}:${Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
