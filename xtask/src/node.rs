//! Node and the development packages of package.json.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::stamp::Inputs;
use crate::workspace::Workspace;
use crate::{debian, run};

/// The oldest Node whose test runner and language the project uses.
const OLDEST: u32 = 20;
const LOCK_FILE: &str = "package-lock.json";

/// A Node that is new enough, with the packages of package-lock.json installed.
#[derive(Debug)]
pub(crate) struct Node {
    workspace: Workspace,
}

impl Node {
    /// # Errors
    /// When Node is missing, too old, and cannot be installed here; when `npm ci` fails.
    pub(crate) fn ready(workspace: &Workspace) -> Result<Self> {
        if major(installed().as_deref()) < OLDEST {
            install()?;
        }
        if run::on_path("npm").is_none() {
            debian::install("npm", &["npm"])?;
        }
        let node = Self { workspace: workspace.clone() };
        node.install_packages(workspace.root())?;
        Ok(node)
    }

    /// `node` with the checkout as its current directory.
    pub(crate) fn command(&self) -> Command {
        let mut node = Command::new("node");
        node.current_dir(self.workspace.root());
        node
    }

    /// A program that one of the packages brings.
    pub(crate) fn tool(&self, name: &str) -> Command {
        let file = if cfg!(windows) { format!("{name}.cmd") } else { name.to_owned() };
        let mut tool = Command::new(self.workspace.path("node_modules/.bin").join(file));
        tool.current_dir(self.workspace.root());
        tool
    }

    /// esbuild's own binary: the script in front of it buries what esbuild says under a stack of its own.
    pub(crate) fn esbuild(&self) -> Result<Command> {
        let platforms = self.workspace.path("node_modules/@esbuild");
        let file = if cfg!(windows) { "esbuild.exe" } else { "bin/esbuild" };
        // npm installs the package of this platform alone.
        let platform = std::fs::read_dir(&platforms)?.next().context("esbuild is not installed")??;
        let mut esbuild = Command::new(platform.path().join(file));
        esbuild.current_dir(self.workspace.root());
        Ok(esbuild)
    }

    /// Installs the packages of a folder, by its lock file, where that has changed.
    pub(crate) fn install_packages(&self, folder: &Path) -> Result<()> {
        let lock_file = folder.join(LOCK_FILE);
        let stamp = Inputs::default().file(&lock_file)?.stamp(&folder.join("node_modules/.package-lock.json"));
        if stamp.is_fresh() {
            return Ok(());
        }
        println!("npm ci");
        let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
        // No package here needs its install script; running none is safer and the same everywhere.
        let mut ci = Command::new(npm);
        ci.args(["ci", "--ignore-scripts", "--loglevel=error"]).current_dir(folder);
        run::output(&mut ci)
            .with_context(|| format!("the packages of {} could not be installed", lock_file.display()))?;
        stamp.leave()
    }
}

/// What `node --version` says, such as `v20.20.2`.
fn installed() -> Option<String> {
    run::output(Command::new("node").arg("--version")).ok()
}

fn major(version: Option<&str>) -> u32 {
    let number = version.map(|version| version.trim().trim_start_matches('v'));
    number.and_then(|number| number.split('.').next()).and_then(|major| major.parse().ok()).unwrap_or(0)
}

fn install() -> Result<()> {
    if debian::is_root() && major(debian::candidate("nodejs").as_deref()) >= OLDEST {
        debian::install("Node", &["nodejs"])?;
    }
    match installed() {
        Some(version) if major(Some(&version)) >= OLDEST => Ok(()),
        Some(version) => bail!(
            "Node {} is too old, the build needs {OLDEST} or later: install it from https://nodejs.org",
            version.trim()
        ),
        None => bail!("Node {OLDEST} or later is missing: install it from https://nodejs.org"),
    }
}

#[cfg(test)]
mod tests {
    use super::major;

    #[test]
    fn reads_the_versions_of_node_and_of_debian() {
        assert_eq!(major(Some("v20.20.2\n")), 20);
        assert_eq!(major(Some("18.20.4+dfsg-1~deb12u1")), 18);
        assert_eq!(major(None), 0);
    }
}
