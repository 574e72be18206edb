//! Runs that do not fit in memory: kept in a file without a name until the orders are settled.
//!
//! Memory must grow with customers, not with orders, but whether a run is the last of its order is known only
//! when all rows are in. So a shard keeps a fixed number of runs in memory and the rest here, in the order in
//! which they came.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::order::Order;
use crate::math::money::Money;
use crate::{Error, Result};

/// Bytes of a run in the file.
const RECORD: usize = 56;

/// The runs of one shard that left memory.
#[derive(Debug, Default)]
pub(super) struct Overflow {
    file: Option<(File, PathBuf)>,
    runs: usize,
}

impl Overflow {
    /// Number of runs.
    pub(super) fn len(&self) -> usize {
        self.runs
    }

    /// Appends runs, and the customer of each.
    ///
    /// # Errors
    /// `Io` when the file cannot be made or written.
    pub(super) fn push(
        &mut self,
        folder: &Path,
        shard: usize,
        runs: &[Order],
        customers: &[u32],
    ) -> Result<()> {
        let mut bytes = Vec::with_capacity(runs.len() * RECORD);
        runs.iter().zip(customers).for_each(|(run, customer)| write(&mut bytes, run, *customer));
        let (file, path) = match &mut self.file {
            Some(open) => open,
            empty => empty.insert(nameless(folder, shard)?),
        };
        file.write_all(&bytes).map_err(Error::io("write", path))?;
        self.runs += runs.len();
        Ok(())
    }

    /// Hands every run and its customer to `see`, first come first.
    ///
    /// # Errors
    /// `Io` when the file cannot be read back.
    pub(super) fn each(&mut self, mut see: impl FnMut(Order, u32)) -> Result<()> {
        const AT_ONCE: usize = 1 << 14;
        let Some((file, path)) = &mut self.file else { return Ok(()) };
        file.seek(SeekFrom::Start(0)).map_err(Error::io("read", &*path))?;
        let mut bytes = vec![0; AT_ONCE * RECORD];
        let mut left = self.runs;
        while left > 0 {
            let now = left.min(AT_ONCE);
            let bytes = &mut bytes[..now * RECORD];
            file.read_exact(bytes).map_err(Error::io("read", &*path))?;
            for record in bytes.chunks_exact(RECORD) {
                let (run, customer) = read(record);
                see(run, customer);
            }
            left -= now;
        }
        Ok(())
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

fn write(bytes: &mut Vec<u8>, run: &Order, customer: u32) {
    bytes.extend_from_slice(&{ run.amount }.to_bytes());
    bytes.extend_from_slice(&{ run.key }.to_le_bytes());
    bytes.extend_from_slice(&{ run.first_at }.to_le_bytes());
    bytes.extend_from_slice(&{ run.last_at }.to_le_bytes());
    bytes.extend_from_slice(&{ run.quantity }.to_le_bytes());
    bytes.extend_from_slice(&customer.to_le_bytes());
    bytes.extend_from_slice(&u32::from(run.effects).to_le_bytes());
}

fn read(record: &[u8]) -> (Order, u32) {
    let (amount, rest) = record.split_at(16);
    let word = |i: usize| i64::from_le_bytes(bytes(&rest[8 * i..8 * i + 8]));
    let half = |at: usize| u32::from_le_bytes(bytes(&rest[at..at + 4]));
    let run = Order {
        amount: Money::from_bytes(bytes(amount)),
        key: word(0) as u64,
        first_at: word(1),
        last_at: word(2),
        quantity: word(3),
        effects: half(36) as u8,
    };
    (run, half(32))
}

/// A slice of known length as an array.
fn bytes<const N: usize>(slice: &[u8]) -> [u8; N] {
    slice.try_into().expect("records have one length")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::money::MILLION;

    #[test]
    fn runs_come_back_as_they_went_and_leave_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let run = |n: i64| Order {
            amount: Money::product(-n * MILLION, 1_230_000),
            key: u64::MAX - n as u64,
            first_at: -n,
            last_at: i64::MAX - n,
            quantity: -7 * n,
            effects: (n % 4) as u8,
        };
        let all: Vec<Order> = (0..40_000).map(run).collect();
        let customers: Vec<u32> = (7..40_007).collect();
        let mut overflow = Overflow::default();
        for (some, of) in all.chunks(17_001).zip(customers.chunks(17_001)) {
            overflow.push(folder.path(), 3, some, of).unwrap();
        }
        assert_eq!(overflow.len(), 40_000);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        for _ in 0..2 {
            let (mut back, mut of) = (Vec::new(), Vec::new());
            let see = |run, customer| {
                back.push(run);
                of.push(customer);
            };
            overflow.each(see).unwrap();
            assert_eq!((back, &of), (all.clone(), &customers));
        }
    }
}
