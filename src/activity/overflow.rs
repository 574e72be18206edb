//! Runs that do not fit in memory: kept in a file without a name until the orders are settled.
//!
//! Memory must grow with customers, not with orders, but whether a run is the last of its order is known only
//! when all rows are in. So a shard keeps a fixed number of runs in memory and the rest here, in the order in
//! which they came.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::packed::Packed;
use crate::{Error, Result};

/// The runs of one shard that left memory.
#[derive(Debug, Default)]
pub(super) struct Overflow {
    file: Option<(File, PathBuf)>,
    bytes: usize,
}

impl Overflow {
    /// Appends runs.
    ///
    /// # Errors
    /// `Io` when the file cannot be made or written.
    pub(super) fn push(&mut self, folder: &Path, shard: usize, runs: &Packed) -> Result<()> {
        let (file, path) = match &mut self.file {
            Some(open) => open,
            empty => empty.insert(nameless(folder, shard)?),
        };
        file.write_all(runs.bytes()).map_err(Error::io("write", path))?;
        self.bytes += runs.bytes().len();
        Ok(())
    }

    /// Reads the runs back, first come first.
    ///
    /// # Errors
    /// `Io` when the file cannot be read back.
    pub(super) fn read(&mut self) -> Result<Packed> {
        const AT_ONCE: usize = 1 << 18;
        let Some((file, path)) = &mut self.file else { return Ok(Packed::default()) };
        file.seek(SeekFrom::Start(0)).map_err(Error::io("read", &*path))?;
        let mut runs = Packed::of_bytes(self.bytes);
        let (mut buffer, mut left) = (vec![0; AT_ONCE], self.bytes);
        while left > 0 {
            let bytes = &mut buffer[..left.min(AT_ONCE)];
            file.read_exact(bytes).map_err(Error::io("read", &*path))?;
            runs.extend(bytes);
            left -= bytes.len();
        }
        Ok(runs)
    }
}

/// A file that is gone when it is closed, whatever becomes of the run.
fn nameless(folder: &Path, shard: usize) -> Result<(File, PathBuf)> {
    let path = folder.join(format!(".orders-{}-{shard}", std::process::id()));
    let file = File::options()
        .read(true)
        .write(true)
        .create_new(true)
        .open(&path)
        .map_err(Error::io("write", &path))?;
    std::fs::remove_file(&path).map_err(Error::io("remove", &path))?;
    Ok((file, path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activity::order::Order;
    use crate::math::money::{MILLION, Money};

    #[test]
    fn runs_come_back_as_they_went_and_leave_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let run = |n: i64| Order {
            amount: Money::product(-n * MILLION, 1_230_000),
            key: u64::MAX - n as u64,
            first_at: -n,
            last_at: if n % 3 == 0 { i64::MAX - n } else { -n },
            quantity: -7 * n,
            effects: (n % 4) as u8,
        };
        let mut overflow = Overflow::default();
        for some in [0..17_001, 17_001..17_001, 17_001..40_000] {
            let mut runs = Packed::default();
            some.for_each(|n| runs.push(n as u32 + 7, &run(n)));
            overflow.push(folder.path(), 3, &runs).unwrap();
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        for _ in 0..2 {
            let back = overflow.read().unwrap();
            assert_eq!(back.customers().count(), 40_000);
            for ((place, customer), n) in back.customers().zip(0..) {
                assert_eq!((customer, back.order(place as usize)), (n as u32 + 7, run(n)));
            }
        }
    }
}
