//! The customers of one shard: their ids, and the table that finds their numbers.
//!
//! A table of many customers is not in cache, so that finding somebody is mostly waiting for memory. Ids are therefore
//! looked up many at a time, in short steps: the processor waits for several of them at once where little else stands
//! between two. That is also why the table is one list of small entries (open addressing with linear probing, at most
//! half full), and why the starts of the ids are kept beside their texts.

use super::start::Start;
use crate::facts::TextColumn;

/// Not the number of a customer.
pub(super) const NOBODY: u32 = u32::MAX;

/// The customers of one shard, by number.
#[derive(Debug, Default)]
pub(super) struct Roll {
    /// Their ids.
    pub ids: TextColumn,
    /// How their ids start.
    pub starts: Vec<Start>,
    slots: Vec<Slot>,
}

/// A place in the table; empty if it is nobody's.
#[derive(Clone, Copy, Debug)]
struct Slot {
    /// Half of the hash of the id.
    half: u32,
    number: u32,
}

const EMPTY: Slot = Slot { half: 0, number: NOBODY };

/// The fewest slots of a table that has any.
const FEWEST: usize = 16;

impl Roll {
    /// How many they are.
    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    /// The number of a customer.
    pub(super) fn find(&self, hash: u64, id: &[u8]) -> Option<u32> {
        if self.slots.is_empty() { None } else { self.seek(hash, id).ok() }
    }

    /// The numbers of those of the ids that are listed, or [`NOBODY`].
    pub(super) fn find_all(&self, ids: &TextColumn, hashes: &[u64], listed: &[u32]) -> Vec<u32> {
        if self.slots.is_empty() {
            return vec![NOBODY; listed.len()];
        }
        // Nearly everybody is in the first slot or in the one after it, which mostly come from memory together.
        let likely = |id: &u32| {
            let half = hashes[*id as usize] as u32;
            let at = self.home(half);
            let (first, second) = (self.slots[at], self.slots[self.after(at)]);
            if first.half == half || first.number == NOBODY { first } else { second }
        };
        let slots: Vec<Slot> = listed.iter().map(likely).collect();
        let start = |slot: &Slot| self.starts.get(slot.number as usize).copied().unwrap_or_default();
        let starts: Vec<Start> = slots.iter().map(start).collect();
        let number = |((id, slot), known): ((&u32, Slot), Start)| {
            let (hash, id) = (hashes[*id as usize], ids.get(*id as usize).unwrap_or_default());
            if slot.number == NOBODY {
                return NOBODY;
            }
            let start = Start::of(id);
            let found =
                slot.half == hash as u32 && known == start && self.goes_on_like(slot.number, start, id);
            if found { slot.number } else { self.find(hash, id).unwrap_or(NOBODY) }
        };
        listed.iter().zip(slots).zip(starts).map(number).collect()
    }

    /// The same; who is not known yet gets a number.
    pub(super) fn enter_all(&mut self, ids: &TextColumn, hashes: &[u64], listed: &[u32]) -> Vec<u32> {
        let mut numbers = self.find_all(ids, hashes, listed);
        for (number, id) in numbers.iter_mut().zip(listed) {
            if *number == NOBODY {
                *number = self.enter(hashes[*id as usize], ids.get(*id as usize).unwrap_or_default());
            }
        }
        numbers
    }

    /// The number of a customer, given on first sight.
    fn enter(&mut self, hash: u64, id: &[u8]) -> u32 {
        if self.slots.len() < 2 * self.len() + FEWEST {
            self.grow();
        }
        // The same id may stand twice among those that are looked up together.
        match self.seek(hash, id) {
            Ok(number) => number,
            Err(free) => {
                let number = u32::try_from(self.len()).ok().filter(|number| *number != NOBODY);
                let number = number.expect("a shard holds less than 4 billion customers");
                self.ids.push(id);
                self.starts.push(Start::of(id));
                self.slots[free] = Slot { half: hash as u32, number };
                number
            }
        }
    }

    fn grow(&mut self) {
        let more = vec![EMPTY; 2 * self.slots.len().max(FEWEST)];
        let before = std::mem::replace(&mut self.slots, more);
        for slot in before.into_iter().filter(|slot| slot.number != NOBODY) {
            let mut at = self.home(slot.half);
            while self.slots[at].number != NOBODY {
                at = self.after(at);
            }
            self.slots[at] = slot;
        }
    }

    /// The number of a customer, or the free slot where the search ends.
    fn seek(&self, hash: u64, id: &[u8]) -> Result<u32, usize> {
        let (half, start) = (hash as u32, Start::of(id));
        let mut at = self.home(half);
        loop {
            let Slot { half: known, number } = self.slots[at];
            if number == NOBODY {
                return Err(at);
            }
            if known == half && self.is(number, start, id) {
                return Ok(number);
            }
            at = self.after(at);
        }
    }

    /// Where an id is looked for first: the product spreads the bits, the highest of them count (Knuth, volume 3,
    /// section 6.4).
    #[inline]
    fn home(&self, half: u32) -> usize {
        let spread = half.wrapping_mul(0x9e37_79b9);
        ((u64::from(spread) * self.slots.len() as u64) >> 32) as usize
    }

    /// The slot after one, the first after the last.
    #[inline]
    fn after(&self, at: usize) -> usize {
        if at + 1 == self.slots.len() { 0 } else { at + 1 }
    }

    /// The customer has this id.
    #[inline]
    fn is(&self, number: u32, start: Start, id: &[u8]) -> bool {
        self.starts[number as usize] == start && self.goes_on_like(number, start, id)
    }

    /// An id that starts like the customer's is the customer's.
    #[inline]
    fn goes_on_like(&self, number: u32, start: Start, id: &[u8]) -> bool {
        start.is_whole() || self.ids.get(number as usize) == Some(id)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Hashes of few values, so that many ids share a slot.
        #[test]
        fn everybody_keeps_one_number(batches in prop::collection::vec(prop::collection::vec("[ab]{0,3}|[ab]{18}", 0..40), 1..8)) {
            let (mut roll, mut known) = (Roll::default(), BTreeMap::new());
            for batch in &batches {
                let (mut ids, mut hashes) = (TextColumn::default(), Vec::new());
                for id in batch {
                    ids.push(id.as_bytes());
                    hashes.push(id.len() as u64 % 3);
                }
                let listed: Vec<u32> = (0..batch.len() as u32).rev().collect();
                let numbers = roll.enter_all(&ids, &hashes, &listed);
                prop_assert_eq!(&roll.find_all(&ids, &hashes, &listed), &numbers);
                for (id, number) in listed.iter().zip(numbers) {
                    let next = known.len() as u32;
                    let id = &batch[*id as usize];
                    prop_assert_eq!(*known.entry(id.clone()).or_insert(next), number);
                    prop_assert_eq!(roll.ids.get(number as usize), Some(id.as_bytes()));
                }
            }
            prop_assert_eq!(roll.len(), known.len());
            prop_assert_eq!(roll.find(1, b"somebody else"), None);
        }
    }
}
