/** What a message is on the line. */
export type Data = string | ArrayBuffer | ArrayBufferView;

const text = new TextEncoder();

export function bytesOf(data: Data): Uint8Array {
  if (typeof data === "string") return text.encode(data);
  return ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
}

/** Bytes on the line. */
export function sizeOf(data: Data): number {
  return typeof data === "string" ? text.encode(data).length : data.byteLength;
}
