// A page rendered on a server: its component is imported and rendered, its effects never run.
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { Answer, log } from './answer.js';

console.log(JSON.stringify({ html: renderToString(createElement(Answer)), log }));
