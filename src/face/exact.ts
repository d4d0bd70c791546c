/** Bytes such that cloning them clones no more than them: cloning a view clones all that its buffer holds. */
export function exact(data: unknown, transfer?: readonly unknown[]): unknown {
  if (ArrayBuffer.isView(data)) {
    if (data.byteLength === data.buffer.byteLength || transfer?.includes(data.buffer)) return data;
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
  }
  const tag = Object.prototype.toString.call(data);
  if (tag === "[object ArrayBuffer]" || tag === "[object SharedArrayBuffer]" || data instanceof Blob) return data;
  throw new TypeError(`The data must be an ArrayBuffer, a view of one, or a Blob, not ${tag.slice(8, -1)} (TextEncoder makes bytes of text)`);
}
