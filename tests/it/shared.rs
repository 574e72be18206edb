//! Real data: published by others, beside the repository, never in it.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;

/// A file or folder of the real data, or `None` with a loud word where it is missing.
pub(crate) fn real(name: &str) -> Option<PathBuf> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data")).join(name);
    if path.exists() {
        return path.canonicalize().ok();
    }
    eprintln!("SKIPPED: real data `{name}` is not at {}", path.display());
    None
}

/// A text that may be gzipped.
pub(crate) fn text(path: &Path) -> String {
    let mut text = String::new();
    if path.extension().is_some_and(|e| e == "gz") {
        GzDecoder::new(File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    } else {
        text = fs::read_to_string(path).unwrap();
    }
    text
}

/// A reference file of this repository.
pub(crate) fn golden(name: &str) -> String {
    text(&Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden")).join(name))
}
