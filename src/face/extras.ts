// The parts of the page's script that few pages need, loaded when one of them is first used.
import { diagnose } from "./diagnosis.js";
import { feed } from "./feed.js";
import { nearest } from "./nearest.js";
import { schema } from "./protobuf.js";

export { diagnose, feed, nearest, schema };

// For pages bundled by Parcel: see `exported` in load.ts.
for (const [name, value] of Object.entries({ diagnose, feed, nearest, schema })) {
  (globalThis as Record<symbol, unknown>)[Symbol.for(`centaurus.${name}`)] = value;
}
