//! The proxy's exports go by names of one letter in what is shipped: 0.3 kB of the 30 that the main thread may be sent.
//! wasm-opt gives the names, and says which; esbuild writes the same ones into the scripts.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::{Map, Value};

/// The properties that are exports of the proxy's, wherever a script of the main thread has them.
pub(crate) const PROPERTIES: &str = "^(pool_[a-z_]+|memory)$";

/// What wasm-opt said of the names, made into what esbuild reads. Nothing where wasm-opt was left out.
pub(crate) fn write(said: &Path) -> Result<Option<PathBuf>> {
    if !said.exists() {
        return Ok(None);
    }
    let text = fs::read_to_string(said).with_context(|| format!("cannot read {}", said.display()))?;
    let parsed: Value = serde_json::from_str(&text).context("wasm-opt did not say how it named the exports")?;
    let pairs = parsed["exports"].as_array().context("wasm-opt named no exports")?;
    let mut names = Map::new();
    for pair in pairs {
        let name = pair[0].as_str().context("an export has no name")?;
        names.insert(name.to_owned(), pair[1].clone());
    }
    let cache = said.with_extension("names.json");
    fs::write(&cache, serde_json::to_string(&names)?).with_context(|| format!("cannot write {}", cache.display()))?;
    Ok(Some(cache))
}
