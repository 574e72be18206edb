//! The files that a source of the configuration names.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use glob::Pattern;

use crate::config::Source;
use crate::{Error, Result, error};

/// The files of a source: each entry's matches in the order of their names, no file twice.
///
/// # Errors
/// `Config` when an entry matches nothing.
pub fn resolve(source: &Source, base: &Path) -> Result<Vec<(PathBuf, String)>> {
    let mut files = Vec::new();
    let mut seen = BTreeSet::new();
    for entry in &source.files {
        let pattern = base.join(entry);
        let mut matches: Vec<PathBuf> = if entry.contains(['*', '?', '[']) && !pattern.exists() {
            // Only the entry is a pattern; the folder of the configuration may have any name.
            let folder = if Path::new(entry).is_absolute() { Path::new("") } else { base };
            let text = Path::new(&Pattern::escape(&folder.to_string_lossy())).join(entry);
            let text = text.to_string_lossy();
            let paths = glob::glob(&text).map_err(|e| {
                Error::config(format!("`{} files`: `{entry}` is not a pattern: {e}", source.section))
            })?;
            paths.filter_map(std::result::Result::ok).filter(|p| p.is_file()).collect()
        } else if pattern.is_file() {
            vec![pattern.clone()]
        } else {
            Vec::new()
        };
        if matches.is_empty() {
            return Err(missing(entry, &pattern, &source.section));
        }
        matches.sort();
        for path in matches {
            let shown = path.strip_prefix(base).unwrap_or(&path).to_string_lossy().into_owned();
            // `a.csv`, `./a.csv` and a link to it are one file; its rows count once.
            if seen.insert(path.canonicalize().unwrap_or_else(|_| path.clone())) {
                files.push((path, shown));
            }
        }
    }
    Ok(files)
}

fn missing(entry: &str, path: &Path, section: &str) -> Error {
    if path.is_dir() {
        return Error::config(format!("`{section} files`: `{entry}` is a folder"))
            .hint(format!("name its files: \"{}/*.csv\"", entry.trim_end_matches('/')));
    }
    let message = format!("`{section} files`: there is no file `{entry}`");
    let folder = path.parent().unwrap_or(Path::new("."));
    let names: Vec<String> = std::fs::read_dir(folder)
        .map(|entries| {
            entries.filter_map(|e| Some(e.ok()?.file_name().to_string_lossy().into_owned())).collect()
        })
        .unwrap_or_default();
    if !folder.is_dir() {
        return Error::config(message).hint(format!(
            "there is no folder `{}`; paths are relative to the configuration file",
            folder.display()
        ));
    }
    let wanted = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    Error::config(message).hint(match error::closest(&wanted, names.iter().map(String::as_str)) {
        Some(close) => format!("did you mean `{close}`? paths are relative to the configuration file"),
        None => "paths are relative to the configuration file".to_owned(),
    })
}
