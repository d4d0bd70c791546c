importScripts('../../../node_modules/workerpool/dist/workerpool.min.js');

workerpool.worker({
  empty() {},
  echo: (value) => value,
  move: (buffer) => new workerpool.Transfer(buffer, [buffer]),
});
