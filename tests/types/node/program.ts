// A program for Node.js: its types alone, none of the web's.
import { Centaurus } from "centaurus";

const c = await new Centaurus({ size: 2 }).define({ add: (a: number, b: number) => a + b });
const sum: number = await c.add(1, 2);
const packed: Uint8Array = await c.pack({ sum });
await c.with({ signal: AbortSignal.timeout(100), timeout: 50 }).add(1, 2);
c.addEventListener("workererror", ({ detail }) => console.error(detail.error, packed));
await c.close();
