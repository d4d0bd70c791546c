// The least that a worker can do for `peers/raw.js`: answers each message by its number.

const functions = {
  empty: () => undefined,
  echo: (value) => value,
  move: (buffer) => buffer,
};

onmessage = ({ data: [id, name, argument] }) => {
  const result = functions[name](argument);
  postMessage([id, result], name === 'move' ? [result] : []);
};
