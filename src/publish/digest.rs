//! BLAKE3 of a file, the parts of a large one hashed side by side. It is the plain BLAKE3 of the file, as other
//! tools compute it: BLAKE3 is a tree, and its branches may be hashed apart (O'Connor and others 2020, section
//! 2.1).

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use blake3::hazmat::{
    ChainingValue, HasherExt, Mode, left_subtree_len, merge_subtrees_non_root, merge_subtrees_root,
};
use blake3::{Hash, Hasher};

use crate::{Error, Result};

/// Bytes that one thread hashes in one go; a power of two.
const BRANCH: u64 = if cfg!(test) { 1 << 12 } else { 1 << 20 };
/// Bytes read at a time: few enough to be still in cache when they are hashed.
const AT_ONCE: usize = 1 << 17;

/// Size and BLAKE3 of a file, hexadecimal.
///
/// # Errors
/// `Io` when it cannot be read, or shrinks meanwhile.
pub fn of_file(path: &Path) -> Result<(u64, String)> {
    let read = || -> io::Result<(u64, Hash)> {
        let file = File::open(path)?;
        let bytes = file.metadata()?.len();
        let hash = if bytes > BRANCH {
            let (left, right) = branches(&file, 0, bytes)?;
            merge_subtrees_root(&left, &right, Mode::Hash)
        } else {
            let mut hasher = Hasher::new();
            add(&file, 0, bytes, &mut hasher)?;
            hasher.finalize()
        };
        Ok((bytes, hash))
    };
    let (bytes, hash) = read().map_err(Error::io("read", path))?;
    Ok((bytes, hash.to_hex().to_string()))
}

/// Both branches of the tree over `length` bytes from `start` on.
fn branches(file: &File, start: u64, length: u64) -> io::Result<(ChainingValue, ChainingValue)> {
    let left = left_subtree_len(length);
    let (left, right) =
        rayon::join(|| branch(file, start, left), || branch(file, start + left, length - left));
    Ok((left?, right?))
}

fn branch(file: &File, start: u64, length: u64) -> io::Result<ChainingValue> {
    if length > BRANCH {
        let (left, right) = branches(file, start, length)?;
        return Ok(merge_subtrees_non_root(&left, &right, Mode::Hash));
    }
    let mut hasher = Hasher::new();
    hasher.set_input_offset(start);
    add(file, start, length, &mut hasher)?;
    Ok(hasher.finalize_non_root())
}

fn add(file: &File, start: u64, length: u64, hasher: &mut Hasher) -> io::Result<()> {
    let mut buffer = vec![0; AT_ONCE.min(length as usize)];
    let (mut at, end) = (start, start + length);
    while at < end {
        let now = (end - at).min(AT_ONCE as u64) as usize;
        file.read_exact_at(&mut buffer[..now], at)?;
        hasher.update(&buffer[..now]);
        at += now as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_any_size_have_their_plain_hash() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("orders.csv");
        let branch = BRANCH as usize;
        for size in [0, 1, 1024, branch - 1, branch, branch + 1, 2 * branch, 5 * branch + 7, 37 * branch] {
            let bytes: Vec<u8> = (0..size).map(|i| (i % 251) as u8).collect();
            std::fs::write(&path, &bytes).unwrap();
            let plain = blake3::hash(&bytes).to_hex().to_string();
            assert_eq!(of_file(&path).unwrap(), (size as u64, plain), "{size}");
        }
    }
}
