//! Rows that stood before, byte for byte.

use foldhash::fast::FixedState;
use hashbrown::HashSet;

use super::Read;
use crate::ingest::block::Cell;
use crate::schema::Reason;

/// The rows seen so far, by the hash of all their bytes.
pub struct Duplicates {
    pub(super) seen: HashSet<[u8; 16], FixedState>,
}

impl Duplicates {
    /// Sets aside the accepted rows of a block that were accepted before. Blocks come in file order.
    pub fn drop_from(&mut self, read: &mut Read) {
        let Some(block) = read.whole.take() else { return };
        let (mut keep, mut raw) = (vec![true; read.facts.len()], Vec::new());
        for (i, keep) in keep.iter_mut().enumerate() {
            let row = read.facts.rows[i] as usize;
            raw.clear();
            block.write_raw(row, &mut raw);
            let hash = blake3::hash(&raw);
            let mut short = [0; 16];
            short.copy_from_slice(&hash.as_bytes()[..16]);
            if !self.seen.insert(short) {
                *keep = false;
                let money = Some(read.facts.amounts[i]);
                read.aside.push(&block, row, Reason::Duplicate, None, Cell::Null, money);
            }
        }
        read.facts.retain(&keep);
        read.aside.sort();
    }
}
