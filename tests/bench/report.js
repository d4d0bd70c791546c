// Results go to the page that a person looks at and, where the page was opened by `cargo xtask bench`, to it.

const query = new URLSearchParams(location.search);
const attended = query.has('page');

const now = document.querySelector('#now');
const results = document.querySelector('#results');

let reported = Promise.resolve();

/** Tells the command; reports arrive in order. */
function send(event) {
  if (!attended) return reported;
  reported = reported.then(() =>
    fetch(`/report${location.search}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(event),
    }),
  );
  return reported;
}

/** What to measure: words of which a bench's name must contain one; all benches where there are none. */
export async function filters() {
  if (!attended) return query.getAll('filter');
  return (await (await fetch(`/plan${location.search}`)).json()).filters;
}

export function hello() {
  return send({ type: 'hello', agent: navigator.userAgent, isolated: globalThis.crossOriginIsolated === true });
}

export function start(name) {
  now.textContent = `${name} …`;
  return send({ type: 'start', name });
}

/** @param {{ title: string, columns: string[], rows: (string | number)[][], notes?: string[] }} result */
export function table(result) {
  const { title, columns, rows, notes = [] } = result;
  const head = element('tr', ...columns.map((column) => element('th', column)));
  const body = rows.map((row) => element('tr', ...row.map((cell) => element('td', String(cell)))));
  const drawn = element('table', element('thead', head), element('tbody', ...body));
  results.append(element('section', element('h2', title), drawn, ...notes.map((note) => element('small', note))));
  return send({ type: 'table', ...result });
}

export function fail(name, error) {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const place = element('p', `${name}: ${message}`);
  place.className = 'error';
  results.append(place);
  return send({ type: 'fail', name, ms: 0, message, stack: String(error?.stack ?? '') });
}

export async function done() {
  now.textContent = 'Done.';
  await send({ type: 'done' });
}

function element(name, ...children) {
  const made = document.createElement(name);
  made.append(...children);
  return made;
}
