// The least that a worker can do for `peers/raw.js`: calls the function of that name and answers by number.

const functions = {
  empty() {},
  echo: (value) => value,
  move: (buffer) => buffer,
};

onmessage = ({ data: { id, name, args } }) => {
  const result = functions[name](...args);
  if (name === 'move') postMessage({ id, result }, [result]);
  else postMessage({ id, result });
};
