//! A customer's id as the fold compares it: hash, length and first bytes, so that the text itself is rarely
//! looked at.

/// Bytes of an id that are compared without looking at its text.
pub(super) const PREFIX: usize = 16;

/// An id, and where its text stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Id {
    pub prefix: u128,
    pub hash: u64,
    pub length: u32,
    /// Place of the text in its block, or number of the customer in its shard.
    pub place: u32,
}

impl Id {
    #[inline]
    pub(super) fn new(hash: u64, text: &[u8], place: u32) -> Self {
        // Longer ids than 4 GiB have the same length; they still differ in their text.
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
        Self { prefix: prefix(text), hash, length, place }
    }

    /// Same length and same first bytes: the same id, unless it [goes on](Self::is_long).
    #[inline]
    pub(super) fn begins_like(&self, other: &Self) -> bool {
        self.prefix == other.prefix && self.length == other.length
    }

    /// The prefix does not hold the whole text.
    #[inline]
    pub(super) fn is_long(&self) -> bool {
        self.length as usize > PREFIX
    }
}

/// The first bytes of an id as a number that sorts like them.
#[inline]
pub(super) fn prefix(id: &[u8]) -> u128 {
    let n = id.len().min(PREFIX);
    match n {
        // Two loads that overlap: the second holds the bytes that the first does not.
        8.. => {
            let (first, last) = (eight(&id[..8]), eight(&id[n - 8..n]));
            u128::from(first) << 64 | u128::from(last.checked_shl(8 * (16 - n as u32)).unwrap_or(0))
        }
        _ => id[..n].iter().fold(0, |number, byte| number << 8 | u128::from(*byte)) << (8 * (16 - n) % 128),
    }
}

fn eight(bytes: &[u8]) -> u64 {
    u64::from_be_bytes(bytes.try_into().expect("eight bytes are asked for"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_the_first_bytes_and_zeros() {
        let id: Vec<u8> = (1..=20).collect();
        for n in 0..=20 {
            let mut bytes = [0; PREFIX];
            bytes[..n.min(PREFIX)].copy_from_slice(&id[..n.min(PREFIX)]);
            assert_eq!(prefix(&id[..n]), u128::from_be_bytes(bytes), "{n}");
        }
    }
}
