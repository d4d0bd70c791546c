import { use } from './use';

use(() => new Worker(new URL('./jobs.ts', import.meta.url), { type: 'module' }));
