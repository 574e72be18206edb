//! The output folder: lock, draft, commit.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::manifest;
use crate::{Error, Result};

/// Name of the lock file in the output folder.
const LOCK: &str = ".lock";
/// Folder of the results.
pub const RUNS: &str = "runs";
/// Beginning of the name of a folder that is being written.
const DRAFT: &str = ".tmp-";
/// Digits of the fingerprint in the name of a result, at least.
const SHORT: usize = 6;
/// The link to the newest result.
pub const LATEST: &str = "latest";

/// An output folder held by this run alone; the lock is free again when the value is dropped or the process
/// ends, however it ends.
#[derive(Debug)]
pub struct Store {
    root: PathBuf,
    _lock: File,
}

impl Store {
    /// Takes the output folder, creating it if needed, and removes what killed runs left behind.
    ///
    /// # Errors
    /// `Locked` when another run holds it, `Io` when it cannot be written.
    pub fn take(root: &Path) -> Result<Self> {
        create_folder(root)?;
        let path = root.join(LOCK);
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&path)
            .map_err(Error::io("write", &path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Error::Locked { output: root.to_path_buf() }),
            Err(TryLockError::Error(e)) => return Err(Error::io("lock", &path)(e)),
        }
        let store = Self { root: root.to_path_buf(), _lock: lock };
        create_folder(&store.runs())?;
        store.sweep()?;
        Ok(store)
    }

    fn runs(&self) -> PathBuf {
        self.root.join(RUNS)
    }

    /// Removes drafts of runs that did not end; we hold the lock, so nobody writes them.
    fn sweep(&self) -> Result<()> {
        let runs = self.runs();
        for entry in fs::read_dir(&runs).map_err(Error::io("read", &runs))? {
            let path = entry.map_err(Error::io("read", &runs))?.path();
            if is_draft(&path) {
                fs::remove_dir_all(&path).map_err(Error::io("remove", &path))?;
            }
        }
        let link = self.root.join(format!(".{LATEST}"));
        match fs::remove_file(&link) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(Error::io("remove", &link)(e)),
            _ => Ok(()),
        }
    }

    /// The published result of these inputs, if there is one; of several the newest by its name.
    pub fn published(&self, inputs: &str) -> Option<PathBuf> {
        self.results_of(inputs).pop()
    }

    /// Every published result of these inputs, in the order of their names.
    pub fn results_of(&self, inputs: &str) -> Vec<PathBuf> {
        let mut found = results_in(&self.root);
        found.retain(|result| manifest::inputs_of(result).is_some_and(|f| f == inputs));
        found
    }

    /// The folder that `latest` leads to.
    pub fn latest(&self) -> Option<PathBuf> {
        let target = fs::read_link(self.root.join(LATEST)).ok()?;
        Some(self.root.join(target))
    }

    /// The folder of a result by its name.
    pub fn result(&self, name: &str) -> PathBuf {
        self.runs().join(Path::new(name).file_name().unwrap_or_default())
    }

    /// Begins a result.
    ///
    /// # Errors
    /// `Io` when the folder cannot be made.
    pub fn draft(&self, fingerprint: &str) -> Result<Draft> {
        let folder = self.runs().join(format!("{DRAFT}{}", &fingerprint[..SHORT]));
        create_folder(&folder)?;
        Ok(Draft { folder })
    }

    /// Makes a draft the newest result: sync, rename, sync, switch. Returns the result's folder; the draft is
    /// empty then.
    ///
    /// # Errors
    /// `Io` when the system refuses a step; `latest` is then what it was before.
    pub fn commit(&self, draft: &Draft, moment: &str, fingerprint: &str) -> Result<PathBuf> {
        sync_tree(&draft.folder)?;
        let named = |digits| self.runs().join(format!("{moment}-{}", &fingerprint[..digits]));
        let free = (SHORT..fingerprint.len()).find(|digits| !named(*digits).exists());
        let target = named(free.unwrap_or(fingerprint.len()));
        fs::rename(&draft.folder, &target).map_err(Error::io("rename", &draft.folder))?;
        sync(&self.runs())?;
        self.point_latest_to(&target)?;
        Ok(target)
    }

    /// Removes a result; one that is removed only in part is a draft, which the next run sweeps away.
    ///
    /// # Errors
    /// `Io` when the system refuses.
    pub fn discard(&self, result: &Path) -> Result<()> {
        let name = result.file_name().unwrap_or_default().to_string_lossy();
        let gone = self.runs().join(format!("{DRAFT}{name}"));
        fs::rename(result, &gone).map_err(Error::io("rename", result))?;
        fs::remove_dir_all(&gone).map_err(Error::io("remove", &gone))
    }

    /// Switches `latest` by one rename.
    ///
    /// # Errors
    /// `Io` when the link cannot be made.
    pub fn point_latest_to(&self, result: &Path) -> Result<()> {
        let (link, latest) = (self.root.join(format!(".{LATEST}")), self.root.join(LATEST));
        let target = Path::new(RUNS).join(result.file_name().unwrap_or_default());
        if fs::read_link(&latest).is_ok_and(|t| t == target) {
            return Ok(());
        }
        std::os::unix::fs::symlink(&target, &link).map_err(Error::io("link", &link))?;
        fs::rename(&link, &latest).map_err(Error::io("rename", &link))?;
        sync(&self.root)
    }
}

/// A result that is being written.
#[derive(Debug)]
pub struct Draft {
    folder: PathBuf,
}

impl Drop for Draft {
    /// A draft that was not committed goes away; if that fails, the next run removes it.
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Draft {
    /// Creates a file of the result, and its folders.
    ///
    /// # Errors
    /// `Io` when the system refuses.
    pub fn create(&self, name: &str) -> Result<File> {
        let path = self.path(name);
        if let Some(parent) = path.parent() {
            create_folder(parent)?;
        }
        OpenOptions::new()
            .create_new(true)
            .write(true)
            .mode(0o600)
            .open(&path)
            .map_err(Error::io("write", &path))
    }

    /// Where a file of the result is while it is being written.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Brings the files written so far to the disk; [`Store::commit`] has less to wait for then.
    ///
    /// # Errors
    /// `Io` when the system refuses.
    pub fn settle(&self) -> Result<()> {
        let files: Vec<PathBuf> = self.files()?.iter().map(|name| self.path(name)).collect();
        sync_each(&files)
    }

    /// Every file written so far, relative to the result, sorted.
    ///
    /// # Errors
    /// `Io` when a folder cannot be read.
    pub fn files(&self) -> Result<Vec<String>> {
        let mut files = Vec::new();
        walk(&self.folder, &mut |path, is_folder| {
            if !is_folder && let Ok(relative) = path.strip_prefix(&self.folder) {
                files.push(relative.to_string_lossy().into_owned());
            }
            Ok(())
        })?;
        files.sort();
        Ok(files)
    }
}

/// The results in an output folder, in the order of their names.
pub fn results_in(root: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(root.join(RUNS)) else { return Vec::new() };
    let mut results: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    results.retain(|path| !is_draft(path));
    results.sort();
    results
}

fn is_draft(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(DRAFT))
}

fn create_folder(path: &Path) -> Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(Error::io("create", path))
}

fn sync(path: &Path) -> Result<()> {
    File::open(path).and_then(|f| f.sync_all()).map_err(Error::io("sync", path))
}

/// Files and folders side by side: nothing names them before all are on the disk.
fn sync_tree(folder: &Path) -> Result<()> {
    let mut paths = vec![folder.to_path_buf()];
    walk(folder, &mut |path, _| {
        paths.push(path.to_path_buf());
        Ok(())
    })?;
    sync_each(&paths)
}

/// Brings each of them to the disk, which takes many requests in the time of one.
fn sync_each(paths: &[PathBuf]) -> Result<()> {
    const AT_ONCE: usize = 8;
    let several = paths.len().div_ceil(AT_ONCE).max(1);
    std::thread::scope(|scope| {
        let sync_all = |paths: &'_ [PathBuf]| paths.iter().try_for_each(|path| sync(path));
        let waiting: Vec<_> =
            paths.chunks(several).map(|paths| scope.spawn(move || sync_all(paths))).collect();
        waiting.into_iter().try_for_each(|thread| {
            thread.join().map_err(|_| Error::internal("a thread that syncs the result panicked"))?
        })
    })
}

fn walk(folder: &Path, visit: &mut dyn FnMut(&Path, bool) -> Result<()>) -> Result<()> {
    for entry in fs::read_dir(folder).map_err(Error::io("read", folder))? {
        let path = entry.map_err(Error::io("read", folder))?.path();
        if path.is_dir() {
            walk(&path, visit)?;
            visit(&path, true)?;
        } else {
            visit(&path, false)?;
        }
    }
    Ok(())
}
