// Pages in frames, under rules of their own.

/** What fixtures/framed.js tells in a frame with these attributes. */
export function framed(t, attributes) {
  const frame = document.createElement('iframe');
  for (const [name, value] of Object.entries(attributes)) frame.setAttribute(name, value);
  const told = new Promise((resolve) => {
    const listen = ({ data, source }) => source === frame.contentWindow && resolve(data);
    addEventListener('message', listen);
    t.after(() => removeEventListener('message', listen));
  });
  t.after(() => frame.remove());
  document.body.append(frame);
  return told;
}

/** The same of a document of the page's origin that has a policy. */
export function underPolicy(t, policy, query = {}) {
  const script = `/tests/browser/fixtures/framed.js?${new URLSearchParams(query)}`.replaceAll('&', '&amp;');
  const rule = policy && `<meta http-equiv="Content-Security-Policy" content="${policy}">`;
  return framed(t, { srcdoc: `<!doctype html>${rule}<script type="module" src="${script}"></${'script'}>` });
}
