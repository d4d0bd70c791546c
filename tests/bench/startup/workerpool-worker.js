importScripts('../../../node_modules/workerpool/dist/workerpool.min.js');

workerpool.worker({ add: (a, b) => a + b });
