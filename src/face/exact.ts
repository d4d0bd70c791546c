import { brand } from "./brand.js";

/** Bytes such that cloning them clones no more than them: cloning a view clones all that its buffer holds. */
export function exact(data: unknown, transfer?: readonly unknown[]): unknown {
  if (ArrayBuffer.isView(data)) {
    if (data.byteLength === data.buffer.byteLength || transfer?.includes(data.buffer)) return data;
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
  }
  const tag = brand(data);
  if (/^((Shared)?ArrayBuffer|Blob|File)$/.test(tag)) return data;
  throw new TypeError(`The data must be an ArrayBuffer, a view of one, or a Blob, not ${tag} (TextEncoder makes bytes of text)`);
}
