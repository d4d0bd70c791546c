// What a runtime has its own ways with: threads that end, memory that is shared, modules, sockets (if an address is given).
import { Centaurus } from 'centaurus';

const address = process.argv[2];
const c = new Centaurus({ size: 1 });
const seen = {};
await c.define({
  *count() { for (let i = 0; ; i += 1) yield i; },
  spin() { while (!this.signal.aborted); self.stopped = true; },
  stopped: () => self.stopped === true,
  die: () => process.exit(1),
  fine: () => 1,
});
seen.values = [];
for await (const value of c.stream('count')) if (seen.values.push(value) === 3) break;
const aborted = await c.call('spin', [], { timeout: 50 }).catch(({ name }) => name);
seen.aborted = [aborted, await c.stopped()];
seen.crash = await c.die().catch(({ name }) => name);
seen.after = await c.fine();
await c.registerModule(new URL('./jobs.mjs', import.meta.url));
seen.module = await c.base('/a/b.txt');
if (address) {
  const socket = c.socket(address);
  const told = (type) => new Promise((resolve) => socket.addEventListener(type, resolve, { once: true }));
  const message = told('message');
  await socket.send('hello');
  seen.echoed = (await message).data;
  const closed = told('close');
  socket.close();
  seen.closed = (await closed).code;
}
await c.close();
console.log(JSON.stringify(seen));
