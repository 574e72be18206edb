//! Who the customers are: each gets a number when it is first named.
//!
//! Every thread that reads a block asks here for the places of the ids that the block names, so that the fold sees
//! numbers only. A file that keeps its ids in a dictionary asks once for all rows of a row group. Which number somebody
//! gets depends on which thread came first; nothing that is published does, because the customers are put in the
//! order of their ids. A file may name customers of whom no row is accepted: they have a number, but no runs.

use std::sync::{Mutex, MutexGuard};

use hashbrown::HashTable;

use super::start::Start;
use crate::facts::{Ids, Place, TextColumn};

/// Number of shards. More shards than threads, so that a big one does not hold the others up; a power of two.
pub const SHARDS: usize = 16;

/// The customers of all shards, while rows are read.
#[derive(Debug, Default)]
pub struct Register {
    rolls: [Mutex<Roll>; SHARDS],
}

/// The customers of one shard, by number.
#[derive(Debug, Default)]
pub(super) struct Roll {
    /// Their ids.
    pub ids: TextColumn,
    /// How their ids start.
    pub starts: Vec<Start>,
    customers: HashTable<Entry>,
}

/// A customer in the table: eight bytes, so that the tables of many customers stay in cache.
#[derive(Clone, Copy, Debug)]
struct Entry {
    /// Half of the hash of the id.
    half: u32,
    number: u32,
}

/// No customer.
const NOBODY: u32 = u32::MAX;

impl Register {
    /// Where each of the ids stands, given on first sight.
    pub(super) fn places<'a>(&self, ids: &'a Ids) -> &'a [Place] {
        ids.places.get_or_init(|| {
            let mut of_shard: [Vec<u32>; SHARDS] = Default::default();
            of_shard.iter_mut().for_each(|some| some.reserve(ids.hashes.len() / SHARDS * 9 / 8));
            ids.hashes.iter().zip(0..).for_each(|(hash, id)| of_shard[shard_of(*hash)].push(id));
            let mut places = vec![Place::default(); ids.hashes.len()];
            // Threads begin at different shards, so that they seldom wait for one another.
            let first = ids.hashes.first().map_or(0, |hash| *hash as usize % SHARDS);
            for shard in (first..first + SHARDS).map(|shard| shard % SHARDS) {
                let numbers = self.roll(shard).numbers(ids, &of_shard[shard]);
                for (id, number) in of_shard[shard].iter().zip(numbers) {
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

impl Roll {
    /// How many they are.
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// The number of a customer.
    #[inline]
    pub(super) fn find(&self, hash: u64, id: &[u8]) -> Option<u32> {
        let (half, start) = (half(hash), Start::of(id));
        let is = |known: &Entry| known.half == half && self.is(known.number, start, id);
        self.customers.find(spread(half), is).map(|known| known.number)
    }

    /// The numbers of some of the ids, given on first sight.
    fn numbers(&mut self, ids: &Ids, some: &[u32]) -> Vec<u32> {
        // One short step at a time for all of them: a table of many customers is not in cache, and the processor waits
        // for several at once where little else stands between two of them.
        let like = |id: &u32| {
            let half = half(ids.hashes[*id as usize]);
            let known = self.customers.find(spread(half), |known| known.half == half);
            known.map_or(NOBODY, |known| known.number)
        };
        let mut numbers: Vec<u32> = some.iter().map(like).collect();
        for (number, id) in numbers.iter_mut().zip(some) {
            let text = ids.texts.get(*id as usize).unwrap_or_default();
            if *number == NOBODY || !self.is(*number, Start::of(text), text) {
                *number = self.number(ids.hashes[*id as usize], text);
            }
        }
        numbers
    }

    /// The number of a customer, given on first sight.
    fn number(&mut self, hash: u64, id: &[u8]) -> u32 {
        if let Some(number) = self.find(hash, id) {
            return number;
        }
        let number = u32::try_from(self.len()).ok().filter(|number| *number != NOBODY);
        let number = number.expect("a shard holds less than 4 billion customers");
        self.ids.push(id);
        self.starts.push(Start::of(id));
        let entry = Entry { half: half(hash), number };
        self.customers.insert_unique(spread(entry.half), entry, |known| spread(known.half));
        number
    }

    /// The customer has this id.
    #[inline]
    fn is(&self, number: u32, start: Start, id: &[u8]) -> bool {
        self.starts[number as usize] == start
            && (start.is_whole() || self.ids.get(number as usize) == Some(id))
    }
}

/// Where the rolls have the customer of an id, given with its hash.
#[inline]
pub(super) fn find(rolls: &[Roll], hash: u64, id: &[u8]) -> Option<Place> {
    let shard = shard_of(hash);
    let number = rolls.get(shard)?.find(hash, id)?;
    Some(Place { shard: shard as u32, number })
}

/// The shard of a customer: from bits of the hash that the tables do not use.
#[inline]
fn shard_of(hash: u64) -> usize {
    (hash >> 32) as usize % SHARDS
}

/// The half of a hash that the tables use.
#[inline]
fn half(hash: u64) -> u32 {
    hash as u32
}

/// Half of a hash as a whole one: a table looks at its first and at its last bits.
#[inline]
fn spread(half: u32) -> u64 {
    u64::from(half) * 0x9e37_79b9_7f4a_7c15
}
