// A page's script.
import { Centaurus } from "centaurus";
import { AssetKeeper } from "centaurus/keeper";
import "centaurus/global";

const c = new Centaurus();
const keeper = new AssetKeeper(c, c.storage("assets"), { root: document });
keeper.addEventListener("served", ({ detail: { element } }) => element.remove());
new Blob(["text"]).stream().pipeThrough(c.zlib.compressStream()).pipeThrough(c.zlib.decompressStream());
const shown = new Blob([await c.zlib.compress(new Blob())]);
// @ts-expect-error text has to be encoded first
await c.zlib.compress("text");
for await (const value of c.socket("/ws")) console.log(value, shown);
try {
  await new globalThis.Centaurus("/centaurus.worker.js").run(() => 1);
} catch (error) {
  if (error instanceof globalThis.Centaurus.StorageFullError) console.log(error.key);
}
