const { Centaurus } = require('centaurus');

new Centaurus({ size: 1 }).run((a, b) => a + b, 1, 2).then(console.log);
