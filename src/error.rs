//! What can go wrong, grouped by who has to act: the person who wrote the configuration, the
//! person who sent the data, whoever runs the machine, or us.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

/// Result of every fallible function of the library.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What several tasks made, or the error of the first of them that failed: the first in order, whichever was quicker.
pub(crate) fn all<T: Send>(tasks: impl ParallelIterator<Item = Result<T>>) -> Result<Vec<T>> {
    tasks.collect::<Vec<_>>().into_iter().collect()
}

/// An error with a cause class and, where one is known, a way out.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The configuration is wrong or does not fit the inputs.
    #[error("{message}")]
    Config {
        /// What is wrong: the thing, the rule, the value found, where.
        message: String,
        /// What to do about it.
        hint: Option<String>,
    },
    /// An input file cannot be used at all (single bad rows are set aside instead).
    #[error("{}: {message}", .file.display())]
    Input {
        /// The file at fault.
        file: PathBuf,
        /// What is wrong with it.
        message: String,
        /// What to do about it.
        hint: Option<String>,
    },
    /// A data gate stopped the run; nothing was published.
    #[error("{message}")]
    Gate {
        /// Which gate, its limit and the value found.
        message: String,
        /// What to do about it.
        hint: Option<String>,
    },
    /// Another run holds the output folder.
    #[error("another run holds `{}`", .output.display())]
    Locked {
        /// The output folder.
        output: PathBuf,
    },
    /// The operating system refused a file operation.
    #[error("cannot {action} `{}`: {source}", .path.display())]
    Io {
        /// What was tried, as a verb: `read`, `write`, `rename`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's answer.
        #[source]
        source: std::io::Error,
    },
    /// A table could not be built or a figure does not add up: a defect of the engine.
    #[error("internal: {message}")]
    Internal {
        /// What did not hold.
        message: String,
    },
}

impl Error {
    /// A configuration error without a hint.
    pub fn config(message: impl Into<String>) -> Self {
        Self::Config { message: message.into(), hint: None }
    }

    /// An error that names an input file.
    pub fn input(file: &Path, message: impl Into<String>) -> Self {
        Self::Input { file: file.to_path_buf(), message: message.into(), hint: None }
    }

    /// A gate that stopped the run.
    pub fn gate(message: impl Into<String>) -> Self {
        Self::Gate { message: message.into(), hint: None }
    }

    /// A broken invariant of the engine.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::Internal { message: message.into() }
    }

    /// A closure for `map_err` on file operations.
    pub fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io { action, path, source }
    }

    /// The same error with a hint; errors that carry none are returned as they are.
    #[must_use]
    pub fn hint(mut self, text: impl Into<String>) -> Self {
        if let Self::Config { hint, .. } | Self::Input { hint, .. } | Self::Gate { hint, .. } = &mut self {
            *hint = Some(text.into());
        }
        self
    }

    /// What to do about it, where that is known.
    pub fn hint_text(&self) -> Option<&str> {
        match self {
            Self::Config { hint, .. } | Self::Input { hint, .. } | Self::Gate { hint, .. } => hint.as_deref(),
            Self::Locked { .. } => Some("wait for it to end, or give this run another `[run] output`"),
            _ => None,
        }
    }
}

impl From<polars::error::PolarsError> for Error {
    fn from(error: polars::error::PolarsError) -> Self {
        Self::internal(error.to_string())
    }
}

/// The candidate closest to `word`, for "did you mean" hints; `None` when nothing is close.
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const CLOSE_ENOUGH: f64 = 0.7;
    candidates
        .into_iter()
        .map(|c| (strsim::jaro_winkler(&word.to_lowercase(), &c.to_lowercase()), c))
        .filter(|(score, _)| *score >= CLOSE_ENOUGH)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, c)| c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_errors_the_first_in_order_is_told() {
        let task = |n: u64| {
            std::thread::sleep(std::time::Duration::from_millis(20 - n));
            if n < 3 { Ok(n) } else { Err(Error::config(format!("task {n}"))) }
        };
        assert_eq!(all((0..3).into_par_iter().map(task)).unwrap(), [0, 1, 2]);
        for _ in 0..5 {
            assert_eq!(all((0..20).into_par_iter().map(task)).unwrap_err().to_string(), "task 3");
        }
    }
}
