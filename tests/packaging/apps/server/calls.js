// A server that has work of its own for the pool.
import { Centaurus } from 'centaurus';
import { use } from './check.js';

console.log(JSON.stringify(await use(Centaurus)));
