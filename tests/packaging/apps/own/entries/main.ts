// For bundlers that leave workers alone: the worker is an entry of its own, and the page names what comes of it.
import { use } from '../use';

use(() => new Worker(new URL('./jobs.js', import.meta.url), { type: 'module' }));
