//! Steps are skipped when nothing they read has changed: each leaves a stamp, the digest of its inputs.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

/// The inputs of one step, digested.
#[derive(Debug, Default)]
pub(crate) struct Inputs(Sha256);

impl Inputs {
    pub(crate) fn text(mut self, text: impl AsRef<str>) -> Self {
        self.add(text.as_ref().as_bytes());
        self
    }

    pub(crate) fn file(mut self, path: &Path) -> Result<Self> {
        self.add(&fs::read(path).with_context(|| format!("cannot read {}", path.display()))?);
        Ok(self)
    }

    /// The length goes in before the bytes, so that two neighbours cannot be taken for one another.
    fn add(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }

    /// The stamp of the step that makes `output` from these inputs. It lies beside the output.
    pub(crate) fn stamp(self, output: &Path) -> Stamp {
        let digest = self.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        let mut file = output.as_os_str().to_owned();
        file.push(".stamp");
        Stamp { digest, file: file.into(), output: output.to_owned() }
    }
}

/// Tells whether a step has to run again.
#[derive(Debug)]
pub(crate) struct Stamp {
    digest: String,
    file: PathBuf,
    output: PathBuf,
}

impl Stamp {
    pub(crate) fn is_fresh(&self) -> bool {
        self.output.exists() && fs::read_to_string(&self.file).is_ok_and(|left| left == self.digest)
    }

    /// To be called once the output is complete.
    pub(crate) fn leave(&self) -> Result<()> {
        fs::write(&self.file, &self.digest).with_context(|| format!("cannot write {}", self.file.display()))
    }
}
