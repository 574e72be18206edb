//! Who the customers are: each gets a number when it is first named.
//!
//! Every thread that reads a block asks here for the places of the ids that the block names, so that the fold sees
//! numbers only. A file that keeps its ids in a dictionary asks once for all rows of a row group. Which number somebody
//! gets depends on which thread came first; nothing that is published does, because the customers are put in the
//! order of their ids. A file may name customers of whom no row is accepted: they have a number, but no runs.

use std::sync::{Mutex, MutexGuard};

use super::roll::{NOBODY, Roll};
use crate::facts::{Ids, Place, TextColumn};

/// Number of shards. More shards than threads, so that a big one does not hold the others up; a power of two.
pub const SHARDS: usize = 16;

/// The customers of all shards, while rows are read.
#[derive(Debug, Default)]
pub struct Register {
    rolls: [Mutex<Roll>; SHARDS],
}

impl Register {
    /// Where each of the ids stands, given on first sight.
    pub(super) fn places<'a>(&self, ids: &'a Ids) -> &'a [Place] {
        ids.places.get_or_init(|| {
            let listed = by_shard(&ids.hashes);
            let mut places = vec![Place::default(); ids.hashes.len()];
            // Threads begin at different shards, so that they seldom wait for one another.
            let first = ids.hashes.first().map_or(0, |hash| *hash as usize % SHARDS);
            for shard in (first..first + SHARDS).map(|shard| shard % SHARDS) {
                let numbers = self.roll(shard).enter_all(&ids.texts, &ids.hashes, &listed[shard]);
                for (id, number) in listed[shard].iter().zip(numbers) {
                    places[*id as usize] = Place { shard: shard as u32, number };
                }
            }
            places
        })
    }

    fn roll(&self, shard: usize) -> MutexGuard<'_, Roll> {
        self.rolls[shard].lock().expect("nobody panics with a roll in hand")
    }

    /// The customers, when all rows are read.
    pub(super) fn close(self) -> Vec<Roll> {
        let roll = |roll: Mutex<Roll>| roll.into_inner().expect("nobody panics with a roll in hand");
        self.rolls.into_iter().map(roll).collect()
    }
}

/// Where the rolls have the customer of an id, given with its hash.
#[inline]
pub(super) fn find(rolls: &[Roll], hash: u64, id: &[u8]) -> Option<Place> {
    let shard = shard_of(hash);
    let number = rolls.get(shard)?.find(hash, id)?;
    Some(Place { shard: shard as u32, number })
}

/// The same for many ids with their hashes; `see` gets the place of each that is found, and its place among the ids.
pub(super) fn find_all(rolls: &[Roll], hashes: &[u64], ids: &TextColumn, mut see: impl FnMut(usize, Place)) {
    for ((roll, listed), shard) in rolls.iter().zip(by_shard(hashes)).zip(0..) {
        let numbers = roll.find_all(ids, hashes, &listed);
        for (id, number) in listed.into_iter().zip(numbers).filter(|(_, number)| *number != NOBODY) {
            see(id as usize, Place { shard, number });
        }
    }
}

/// The shard of a customer: from bits of the hash that the tables do not use.
#[inline]
fn shard_of(hash: u64) -> usize {
    (hash >> 32) as usize % SHARDS
}

/// The ids of each shard, by their places among the hashes.
fn by_shard(hashes: &[u64]) -> [Vec<u32>; SHARDS] {
    let mut listed: [Vec<u32>; SHARDS] = Default::default();
    listed.iter_mut().for_each(|some| some.reserve(hashes.len() / SHARDS * 9 / 8));
    hashes.iter().zip(0..).for_each(|(hash, id)| listed[shard_of(*hash)].push(id));
    listed
}
