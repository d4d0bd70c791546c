// Blobs of jsdom's, which is the page of many tests, cannot be cloned to a thread. A call is given Node.js's own in their
// place.
import { Blob } from "node:buffer";
import { brand } from "../face/brand.js";
import { Core } from "../face/core.js";

const isForeign = (value: unknown): value is Blob => /^(Blob|File)$/.test(brand(value)) && !(value instanceof Blob);

async function own(value: unknown): Promise<unknown> {
  return isForeign(value) ? new Blob([await value.arrayBuffer()], { type: value.type }) : value;
}

const { call } = Core.prototype;
Core.prototype.call = function (target, args, ...more) {
  // Nobody else has any.
  if ((globalThis.Blob as unknown) === Blob || !args.some(isForeign)) return call.call(this, target, args, ...more);
  return Promise.all(args.map(own)).then((args) => call.call(this, target, args, ...more));
};
