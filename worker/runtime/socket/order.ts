import type { Asked } from "./messages.js";

/** A Blob that could not be read. */
export class Unread {
  constructor(readonly error: unknown) {}
}

/** An order, with a Blob in it read. */
export async function read(asked: Asked): Promise<Asked> {
  if (asked[2] instanceof Blob) asked[2] = await asked[2].arrayBuffer().catch((error: unknown) => new Unread(error));
  return asked;
}
