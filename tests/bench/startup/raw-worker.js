onmessage = ({ data: [a, b] }) => postMessage(a + b);
