//! Checkers that PyPI carries as binaries: nothing to compile, and the same everywhere.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::run;
use crate::stamp::Inputs;
use crate::workspace::Workspace;

/// Their names and versions.
const LIST: &str = "xtask/python-tools.txt";
/// Together they are some forty megabytes.
const INSTALL_LIMIT: Duration = Duration::from_secs(180);

/// A tool of the list, installed below `target/` if need be.
pub(super) fn find(workspace: &Workspace, name: &str) -> Result<PathBuf> {
    let folder = workspace.path("target/python-tools");
    let stamp = Inputs::default().file(&workspace.path(LIST))?.stamp(&folder);
    if !stamp.is_fresh() {
        let Some(python) = ["python3", "python"].into_iter().find(|python| run::on_path(python).is_some()) else {
            bail!("Python 3 is missing, which installs {name}: on Debian or Ubuntu: apt-get install python3-pip");
        };
        println!("pip install --requirement {LIST}");
        let mut pip = Command::new(python);
        pip.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--upgrade",
            "--disable-pip-version-check",
            "--only-binary=:all:",
        ]);
        pip.arg("--target").arg(&folder).arg("--requirement").arg(workspace.path(LIST));
        if !run::succeeds_within(&mut pip, INSTALL_LIMIT)? {
            bail!("{name} could not be installed: {python} -m pip install --target target/python-tools -r {LIST}");
        }
        stamp.leave()?;
    }
    let tool = folder.join("bin").join(if cfg!(windows) { format!("{name}.exe") } else { name.to_owned() });
    if !tool.is_file() {
        bail!("{LIST} brings no {name}: {} is missing", tool.display());
    }
    Ok(tool)
}
