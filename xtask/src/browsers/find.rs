//! Where browsers lie, and which packages bring them.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::Engine;
use crate::{debian, run};

/// How to come by one engine.
struct Source {
    /// What a person calls it.
    what: &'static str,
    /// An environment variable that names the binary.
    variable: &'static str,
    /// Names to look for on PATH.
    names: &'static [&'static str],
    /// Usual places off PATH.
    places: &'static [&'static str],
    /// Debian's packages.
    packages: &'static [&'static str],
}

fn source(engine: Engine) -> Source {
    match engine {
        Engine::Chromium => Source {
            what: "Chromium",
            variable: "CHROMIUM",
            names: &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge"],
            places: &[
                "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
                "/Applications/Chromium.app/Contents/MacOS/Chromium",
                r"C:\Program Files\Google\Chrome\Application\chrome.exe",
                r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
            ],
            packages: &["chromium"],
        },
        Engine::Firefox => Source {
            what: "Firefox",
            variable: "FIREFOX",
            names: &["firefox-esr", "firefox"],
            places: &[
                "/Applications/Firefox.app/Contents/MacOS/firefox",
                r"C:\Program Files\Mozilla Firefox\firefox.exe",
            ],
            packages: &["firefox-esr"],
        },
        Engine::Webkit => Source {
            what: "WebKitGTK's MiniBrowser",
            variable: "WEBKIT",
            names: &["MiniBrowser"],
            places: &[
                "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
                "/usr/lib/aarch64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
                "/usr/libexec/webkit2gtk-4.1/MiniBrowser",
                "/usr/lib/webkit2gtk-4.1/MiniBrowser",
            ],
            packages: &["libwebkit2gtk-4.1-0"],
        },
    }
}

pub(super) fn find_or_install(engine: Engine) -> Result<PathBuf> {
    let source = source(engine);
    if let Some(named) = std::env::var_os(source.variable).map(PathBuf::from) {
        if !named.is_file() {
            bail!("{} names {}, which is no file", source.variable, named.display());
        }
        return Ok(named);
    }
    if let Some(found) = find(&source) {
        return Ok(found);
    }
    debian::install(&format!("{} (or its path in {})", source.what, source.variable), source.packages)?;
    let Some(found) = find(&source) else {
        bail!("{} is not where it should be after its installation; set {}", source.what, source.variable);
    };
    Ok(found)
}

fn find(source: &Source) -> Option<PathBuf> {
    let on_path = source.names.iter().find_map(|name| run::on_path(name));
    on_path.or_else(|| source.places.iter().map(Path::new).find(|place| place.is_file()).map(Path::to_owned))
}
