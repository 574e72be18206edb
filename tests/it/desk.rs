//! A temporary folder to run the binary in.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::published::Published;

/// A folder with exports and configurations; it goes away with the value.
pub(crate) struct Desk {
    folder: TempDir,
}

/// How a run of the binary ended.
pub(crate) struct Ended {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Desk {
    /// An empty folder.
    pub(crate) fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    /// A folder with this text as `moshtari.toml`.
    pub(crate) fn with_config(config: &str) -> Self {
        let desk = Self::new();
        desk.write("moshtari.toml", config);
        desk
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file and the folders above it.
    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    /// The binary, about to run in this folder.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_moshtari"));
        command.args(args).current_dir(self.path());
        command
    }

    /// Runs the binary with these arguments.
    pub(crate) fn moshtari(&self, args: &[&str]) -> Ended {
        self.command(args).output().unwrap().into()
    }

    /// Runs `moshtari run`, which must publish, and opens the result.
    pub(crate) fn published(&self) -> Published {
        self.moshtari(&["run"]).must_end_with(0);
        self.latest()
    }

    /// The newest result.
    pub(crate) fn latest(&self) -> Published {
        Published::open(&self.path().join("results/latest"))
    }

    /// The text with the folder's path as `<here>`.
    pub(crate) fn without_path(&self, text: &str) -> String {
        text.replace(&*self.path().to_string_lossy(), "<here>")
    }

    /// Names in a folder below, sorted; none when there is no such folder.
    pub(crate) fn names_in(&self, folder: &str) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.path().join(folder)) else { return Vec::new() };
        let mut names: Vec<_> =
            entries.map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

impl Ended {
    /// The same, if the exit code is this one.
    pub(crate) fn must_end_with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}{}", self.out, self.err);
        self
    }
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}
