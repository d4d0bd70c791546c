import { createElement, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Answer, log } from './answer.js';
import { tell } from './check.js';

async function text(wanted) {
  for (;;) {
    const found = document.querySelector('#answer')?.textContent;
    if (found === wanted) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

void tell(async () => {
  const root = createRoot(document.body.appendChild(document.createElement('div')));
  root.render(createElement(StrictMode, null, createElement(Answer)));
  const first = await text('42');
  root.unmount();
  await text(undefined);
  const again = createRoot(document.body.appendChild(document.createElement('div')));
  again.render(createElement(StrictMode, null, createElement(Answer)));
  const second = await text('42');
  again.unmount();
  await text(undefined);
  return { first, second, log };
});
