import { expose } from '../../../node_modules/comlink/dist/esm/comlink.min.mjs';

expose({ add: (a, b) => a + b });
