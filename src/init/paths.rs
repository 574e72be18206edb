//! Paths as a configuration writes them: relative to its folder where that makes sense, and a pattern for the files
//! of one table where a pattern means exactly those.

use std::path::{Component, Path, PathBuf};

use crate::{Error, Result, error};

/// Endings of files that can be exports.
const EXPORTS: [&str; 12] = [
    ".csv", ".tsv", ".tab", ".psv", ".txt", ".ndjson", ".jsonl", ".json", ".parquet", ".xlsx", ".gz", ".zst",
];

/// Endings that packing adds.
const PACKED: [&str; 2] = [".gz", ".zst"];

/// A file's name without the ending that packing adds.
pub(super) fn unpacked(name: &str) -> &str {
    PACKED.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name)
}

/// The files that arguments name: files as they are, folders by their exports, patterns by their matches; in the
/// order of the arguments, none twice.
///
/// # Errors
/// `Config` when an argument names nothing.
pub(super) fn expand(arguments: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> = Vec::new();
    for argument in arguments {
        let named = if argument.is_dir() {
            in_folder(argument, |name| EXPORTS.iter().any(|ending| name.to_lowercase().ends_with(ending)))
        } else if argument.exists() {
            vec![argument.clone()]
        } else {
            matches(&argument.to_string_lossy())
        };
        if named.is_empty() {
            return Err(nothing(argument));
        }
        for file in named {
            if !files.contains(&file) {
                files.push(file);
            }
        }
    }
    Ok(files)
}

fn nothing(argument: &Path) -> Error {
    let shown = argument.display();
    if argument.is_dir() {
        return Error::config(format!("the folder `{shown}` has no exports"))
            .hint(format!("exports end in {}", EXPORTS.join(", ")));
    }
    let folder = argument.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let names: Vec<String> = in_folder(folder, |_| true)
        .iter()
        .filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
        .collect();
    let wanted = argument.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let missing = Error::config(format!("there is no file `{shown}`"));
    match error::closest(&wanted, names.iter().map(String::as_str)) {
        Some(close) => missing.hint(format!("did you mean `{}`?", folder.join(close).display())),
        None => missing,
    }
}

fn matches(pattern: &str) -> Vec<PathBuf> {
    glob::glob(pattern)
        .map(|paths| paths.flatten().filter(|path| path.is_file()).collect())
        .unwrap_or_default()
}

fn in_folder(folder: &Path, wanted: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut files: Vec<PathBuf> = names.filter(|name| wanted(name)).map(|name| folder.join(name)).collect();
    files.retain(|path| path.is_file());
    files.sort();
    files
}

/// Entries of `files` for the files of one table, as seen from the folder `base`: a pattern when it matches exactly
/// these files, else each of them.
pub(super) fn entries(files: &[PathBuf], base: &Path) -> Vec<String> {
    let pattern = match files {
        [] | [_] => None,
        several => pattern(several),
    };
    match pattern {
        Some(pattern) => vec![entry(&pattern, base)],
        None => files.iter().map(|file| entry(file, base)).collect(),
    }
}

/// `folder/*.csv.gz`, or `folder/orders-*.csv.gz` where there are other files; `folder/*.csv*` where some are packed.
fn pattern(files: &[PathBuf]) -> Option<PathBuf> {
    let folder = files[0].parent()?;
    if folder.to_string_lossy().contains(['*', '?', '[']) {
        return None;
    }
    let names: Vec<String> = files
        .iter()
        .filter(|f| f.parent() == Some(folder))
        .filter_map(|f| Some(f.file_name()?.to_str()?.to_owned()))
        .collect();
    if names.len() < files.len() {
        return None;
    }
    let shared = |a: &str, b: &str| {
        a.chars().zip(b.chars()).take_while(|(a, b)| a == b).map(|(sign, _)| sign).collect()
    };
    let head = names.iter().skip(1).fold(names[0].clone(), |head, name| shared(&head, name));
    // What changes from file to file may begin with the same digits; the pattern starts before them.
    let head = head.trim_end_matches(char::is_alphanumeric);
    let form = unpacked(&names[0]).rfind('.')?;
    let (ending, rest) = [(&names[0][form..], ""), (&unpacked(&names[0])[form..], "*")]
        .into_iter()
        .find(|(ending, rest)| names.iter().all(|name| ends(name, ending, rest)))?;
    let mut sorted = names.clone();
    sorted.sort();
    ["", head].into_iter().find_map(|head| {
        let known = |name: &str| name.strip_prefix(head).is_some_and(|name| ends(name, ending, rest));
        let matched: Vec<String> =
            in_folder(if folder.as_os_str().is_empty() { Path::new(".") } else { folder }, known)
                .iter()
                .filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()))
                .collect();
        (matched == sorted).then(|| folder.join(format!("{head}*{ending}{rest}")))
    })
}

/// Whether a name matches `*.csv`, or with a rest `*.csv*`.
fn ends(name: &str, ending: &str, rest: &str) -> bool {
    if rest.is_empty() { name.ends_with(ending) } else { name.contains(ending) }
}

/// A path as the configuration in `base` writes it. What lies below the folder, and what was named relative to where
/// we are, is written relative to it; other absolute paths stay.
pub(super) fn entry(path: &Path, base: &Path) -> String {
    let (Ok(there), Ok(here)) = (std::path::absolute(path), std::path::absolute(base)) else {
        return path.to_string_lossy().into_owned();
    };
    let (there, here) = (plain(&there), plain(&here));
    match there.strip_prefix(&here) {
        Ok(below) => below.to_string_lossy().into_owned(),
        Err(_) if path.is_absolute() => path.to_string_lossy().into_owned(),
        Err(_) => {
            let shared = there.components().zip(here.components()).take_while(|(a, b)| a == b).count();
            let up = here.components().skip(shared).map(|_| Component::ParentDir);
            let way: PathBuf = up.chain(there.components().skip(shared)).collect();
            way.to_string_lossy().into_owned()
        }
    }
}

/// The path without `.` and `..`, as far as names alone tell.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(names: &[&str]) -> (tempfile::TempDir, Vec<PathBuf>) {
        let folder = tempfile::tempdir().unwrap();
        let paths = names.iter().map(|name| folder.path().join(name)).collect::<Vec<_>>();
        paths.iter().for_each(|path| std::fs::write(path, "x").unwrap());
        (folder, paths)
    }

    #[test]
    fn a_pattern_stands_for_exactly_the_files_given() {
        let (home, files) = folder(&["2010-12-01.csv.gz", "2010-12-02.csv.gz", "2011-01-03.csv.gz"]);
        assert_eq!(entries(&files, home.path()), ["*.csv.gz"]);
        assert_eq!(entries(&files[..1], home.path()), ["2010-12-01.csv.gz"]);
        assert_eq!(entries(&files[..2], home.path()), ["2010-12-*.csv.gz"]);
        assert_eq!(entries(&files[1..], home.path()), ["2010-12-02.csv.gz", "2011-01-03.csv.gz"]);
        let (home, files) = folder(&["orders-1.csv", "orders-2.csv", "people.csv"]);
        assert_eq!(entries(&files[..2], home.path()), ["orders-*.csv"]);
        let (packed, files_of_two_kinds) =
            folder(&["sales_0.psv.gz", "sales_1.psv", "sales_2.psv.zst", "x.psv"]);
        assert_eq!(entries(&files_of_two_kinds[..3], packed.path()), ["sales_*.psv*"]);
        let base = home.path().join("config");
        assert_eq!(entries(&files[2..], &base), [files[2].to_string_lossy()]);
    }

    #[test]
    fn paths_named_from_here_are_written_from_there() {
        assert_eq!(entry(Path::new("exports/a.csv"), Path::new(".")), "exports/a.csv");
        assert_eq!(entry(Path::new("./exports/a.csv"), Path::new("conf")), "../exports/a.csv");
        assert_eq!(entry(Path::new("../a.csv"), Path::new("conf/deep")), "../../../a.csv");
        assert_eq!(entry(Path::new("/data/a.csv"), Path::new("/data")), "a.csv");
        assert_eq!(entry(Path::new("/data/a.csv"), Path::new("/etc")), "/data/a.csv");
    }

    #[test]
    fn folders_and_patterns_are_taken_apart() {
        let (home, files) = folder(&["a.csv", "b.csv", "c.pdf"]);
        assert_eq!(expand(&[home.path().to_path_buf(), files[0].clone()]).unwrap(), files[..2]);
        assert_eq!(expand(&[home.path().join("b*")]).unwrap(), files[1..2]);
        let error = expand(&[home.path().join("aa.csv")]).unwrap_err();
        assert_eq!(error.hint_text().unwrap(), format!("did you mean `{}`?", files[0].display()));
    }
}
