//! Rows that stood before: equal in every byte, or in every value where a format has typed cells.
//!
//! What a row is known by is worked out by the thread that reads its block. Which of equal rows stood first is known only
//! when the blocks are in order again: then each shard of the rows is looked through in that order, side by side.

use foldhash::fast::FixedState;
use hashbrown::HashSet;
use rayon::prelude::*;

use super::Read;
use crate::facts::Facts;
use crate::ingest::block::{Block, Cell};
use crate::schema::Reason;

/// Number of shards: more than threads, so that a big one does not hold the others up.
const SHARDS: usize = 16;

/// What a row is known by: the hash of all that is in it.
type Hash = [u8; 16];

/// The rows seen so far, shard by shard.
pub struct Duplicates {
    seen: Vec<HashSet<Hash, FixedState>>,
}

/// A block, and what its accepted rows are known by.
#[derive(Debug)]
pub(super) struct Known {
    block: Block,
    hashes: Vec<Hash>,
    /// The rows of each shard, by their places among the hashes.
    of_shard: [Vec<u32>; SHARDS],
}

impl Known {
    pub(super) fn of(block: Block, facts: &Facts) -> Self {
        let (mut hashes, mut bytes) = (Vec::with_capacity(facts.len()), Vec::new());
        let mut of_shard: [Vec<u32>; SHARDS] = Default::default();
        for (row, place) in facts.rows.iter().zip(0..) {
            bytes.clear();
            block.write_known(*row as usize, &mut bytes);
            let hash: Hash = *blake3::hash(&bytes).as_bytes().first_chunk().expect("a BLAKE3 has 32 bytes");
            of_shard[usize::from(hash[0]) % SHARDS].push(place);
            hashes.push(hash);
        }
        Self { block, hashes, of_shard }
    }
}

impl Default for Duplicates {
    fn default() -> Self {
        Self { seen: vec![HashSet::with_hasher(FixedState::with_seed(5)); SHARDS] }
    }
}

impl Duplicates {
    /// Sets aside the accepted rows of a batch of blocks that were accepted before. Blocks come in file order.
    pub fn drop_from(&mut self, batch: &mut [&mut Read]) {
        let known: Vec<Option<Known>> = batch.iter_mut().map(|read| read.known.take()).collect();
        if known.iter().all(Option::is_none) {
            return;
        }
        let again = |(shard, seen): (usize, &mut HashSet<Hash, FixedState>)| {
            let mut again = Vec::new();
            for (place, known) in known.iter().enumerate() {
                let Some(known) = known else { continue };
                let rows = known.of_shard[shard].iter().copied();
                again.extend(
                    rows.filter(|row| !seen.insert(known.hashes[*row as usize])).map(|row| (place, row)),
                );
            }
            again
        };
        let again: Vec<Vec<(usize, u32)>> = self.seen.par_iter_mut().enumerate().map(again).collect();
        let mut rows = vec![Vec::new(); batch.len()];
        again.into_iter().flatten().for_each(|(place, row)| rows[place].push(row));
        batch.par_iter_mut().zip(known).zip(rows).for_each(|((read, known), rows)| {
            if let Some(known) = known.filter(|_| !rows.is_empty()) {
                read.set_aside(&known.block, &rows);
            }
        });
    }
}

impl Read {
    /// Sets accepted rows aside, given by their places among the facts.
    fn set_aside(&mut self, block: &Block, rows: &[u32]) {
        let mut keep = vec![true; self.facts.len()];
        for place in rows.iter().map(|row| *row as usize) {
            keep[place] = false;
            let (row, money) = (self.facts.rows[place] as usize, Some(self.facts.amounts[place]));
            self.aside.push(block, row, Reason::Duplicate, None, Cell::Null, money);
        }
        self.facts.retain(&keep);
        self.aside.sort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::accounting::SetAside;
    use crate::ingest::csv::{self, Layout};
    use crate::ingest::dialect::Delimiter;
    use crate::math::money::Money;

    /// A block of rows that were all accepted, each with its place as money.
    fn read(text: &str) -> Read {
        let layout = Layout {
            delimiter: Delimiter::Byte(b','),
            quote: None,
            fields: 2,
            feeds: vec![Vec::new(); 2],
            columns: 0,
        };
        let block = csv::split(text.as_bytes().to_vec(), &layout);
        let rows: Vec<u32> = (0..block.rows as u32).collect();
        let facts = Facts {
            at: vec![0; rows.len()],
            amounts: rows.iter().map(|row| Money::of(i64::from(*row))).collect(),
            rows,
            ..Facts::default()
        };
        let known = Some(Known::of(block, &facts));
        Read { facts, aside: SetAside::default(), known }
    }

    #[test]
    fn the_first_of_equal_rows_stays_whichever_blocks_and_batches_they_stand_in() {
        for at_once in 1..=3 {
            let mut blocks = ["a,1\nb,2\na,1\n", "b,2\nc,3\n", "c,3\nc,3 \nd,4\na,1\n"].map(read);
            let mut duplicates = Duplicates::default();
            for batch in blocks.chunks_mut(at_once) {
                duplicates.drop_from(&mut batch.iter_mut().collect::<Vec<_>>());
            }
            let kept = blocks.each_ref().map(|read| read.facts.rows.clone());
            assert_eq!(kept, [vec![0, 1], vec![1], vec![1, 2]]);
            let aside = blocks.each_ref().map(|read| read.aside.rows.clone());
            assert_eq!(aside, [vec![2], vec![0], vec![0, 3]]);
            assert_eq!(blocks[2].aside.money, [Some(Money::of(0)), Some(Money::of(3))]);
            assert_eq!(blocks[2].aside.reasons, [Reason::Duplicate; 2]);
        }
    }
}
