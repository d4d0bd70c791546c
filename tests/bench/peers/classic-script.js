/** Loads a script that sets a global, and gives that global. */
export function classicScript(url, name) {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = url;
    script.onload = () => resolve(globalThis[name]);
    script.onerror = () => reject(new Error(`${url} could not be loaded; is "npm ci" done?`));
    document.head.append(script);
  });
}
