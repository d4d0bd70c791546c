import { expose, transfer } from '../../../node_modules/comlink/dist/esm/comlink.min.mjs';

expose({
  empty() {},
  echo: (value) => value,
  move: (buffer) => transfer(buffer, [buffer]),
});
