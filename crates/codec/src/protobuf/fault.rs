//! What is wrong with a value that is to become a message, and where in it.

use crate::{Error, Limit, Place};

use super::Options;
use super::input::Head;

/// What is wrong with a value; where it stands is added on the way out.
#[derive(Debug)]
pub(super) enum Fault {
    At(What, Vec<Step>),
    Other(Error),
}

#[derive(Debug)]
pub(super) enum What {
    Wrong(String),
    Missing { field: String, message: String },
    TooDeep,
}

#[derive(Debug)]
pub(super) enum Step {
    Key(String),
    Index(u32),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

impl Fault {
    #[cold]
    pub(super) fn wrong(what: String) -> Self {
        Self::At(What::Wrong(what), Vec::new())
    }

    #[cold]
    pub(super) fn mismatch(found: &Head<'_>, wanted: &str) -> Self {
        Self::wrong(format!("{} is not {wanted}", found.describe()))
    }

    #[cold]
    pub(super) fn inside(mut self, step: impl FnOnce() -> Step) -> Self {
        if let Self::At(_, path) = &mut self {
            path.push(step());
        }
        self
    }

    pub(super) fn into_error(self, options: &Options) -> Error {
        let (what, steps) = match self {
            Self::Other(error) => return error,
            Self::At(what, steps) => (what, steps),
        };
        let path = path(&steps);
        match what {
            What::Wrong(reason) => Error::WrongValue { reason, path },
            What::Missing { field, message } => Error::MissingField { field, message, at: Place::Path(path) },
            What::TooDeep => {
                Error::Limit { limit: Limit::Depth, max: options.limits.max_depth as u64, at: Place::Path(path) }
            }
        }
    }
}

/// Steps of a path that are shown from either end.
const SHOWN: usize = 8;

/// As one would write it in JavaScript. The innermost step comes first.
fn path(steps: &[Step]) -> String {
    let mut path = String::from("$");
    for (depth, step) in steps.iter().rev().enumerate() {
        if steps.len() > 2 * SHOWN && (SHOWN..steps.len() - SHOWN).contains(&depth) {
            if depth == SHOWN {
                path.push_str(&format!(" … {} more … ", steps.len() - 2 * SHOWN));
            }
            continue;
        }
        match step {
            Step::Index(index) => path.push_str(&format!("[{index}]")),
            Step::Key(key) if key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') => path.extend([".", key]),
            Step::Key(key) => path.push_str(&format!("[{:?}]", key.chars().take(40).collect::<String>())),
        }
    }
    path
}
