//! Debian's packages, where this machine is a Debian and we may install.

use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Result, anyhow, bail};

use crate::run;

/// Another installation may be under way, as on a machine that has just started; this one waits so many seconds for its end.
const LOCK_TIMEOUT: &str = "DPkg::Lock::Timeout=300";

/// Installs the packages, or fails with the one line that says what is missing and which command brings it.
pub(crate) fn install(what: &str, packages: &[&str]) -> Result<()> {
    let command = format!("apt-get install -y --no-install-recommends {}", packages.join(" "));
    if !has_apt() {
        bail!("{what} is missing; on Debian or Ubuntu: {command}");
    }
    if !is_root() {
        bail!("{what} is missing: run `sudo {command}`");
    }
    println!("installing {what}: {command}");
    refresh_lists()?;
    let mut apt = apt_get();
    run::output(apt.args(["install", "-y", "--no-install-recommends"]).args(packages))
        .map_err(|cause| anyhow!("{what} could not be installed: {cause}"))?;
    Ok(())
}

/// The version that apt would install, if it knows the package at all.
pub(crate) fn candidate(package: &str) -> Option<String> {
    if !has_apt() || (is_root() && refresh_lists().is_err()) {
        return None;
    }
    let policy = run::output(Command::new("apt-cache").args(["policy", package])).ok()?;
    let version = policy.lines().find_map(|line| line.trim().strip_prefix("Candidate: "))?;
    (version != "(none)").then(|| version.to_owned())
}

/// The package lists of a fresh machine are empty; once a run is enough.
fn refresh_lists() -> Result<()> {
    static REFRESHED: OnceLock<Result<(), String>> = OnceLock::new();
    let outcome =
        REFRESHED.get_or_init(|| run::output(apt_get().arg("update")).map(drop).map_err(|cause| format!("{cause:#}")));
    outcome.clone().map_err(|cause| anyhow!("{cause}"))
}

fn apt_get() -> Command {
    let mut apt = Command::new("apt-get");
    apt.args(["-o", LOCK_TIMEOUT]).env("DEBIAN_FRONTEND", "noninteractive");
    apt
}

pub(crate) fn has_apt() -> bool {
    Path::new("/etc/debian_version").exists() && run::on_path("apt-get").is_some()
}

pub(crate) fn is_root() -> bool {
    #[cfg(unix)]
    return rustix::process::geteuid().is_root();
    #[cfg(not(unix))]
    return false;
}
