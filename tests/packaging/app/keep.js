/** What a keeper's worker found out of the page's own address: the tests' server forbids to keep it, Vite's does not. */
export async function keep(Centaurus, AssetKeeper) {
  const c = new Centaurus();
  const worker = new URLSearchParams(location.search).get('worker');
  try {
    const outcome = await new AssetKeeper(c, c.storage('packaging'), worker ? { worker } : {}).keep(location.href);
    return outcome.kept ? 'kept' : outcome.reason;
  } finally {
    c.terminate();
  }
}
