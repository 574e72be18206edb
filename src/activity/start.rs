//! How a customer's id starts: nearly always all that has to be looked at to tell two ids apart or put them in order.

/// First bytes that are kept of an id.
const BYTES: usize = 15;

/// Stands for the length of an id of more bytes.
const LONGER: u128 = 0xff;

/// The first fifteen bytes of an id, then its length, or 255 when it goes on. Two that differ sort like their ids.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Start(pub u128);

impl Start {
    #[inline]
    pub(super) fn of(id: &[u8]) -> Self {
        let length = if id.len() > BYTES { LONGER } else { id.len() as u128 };
        Self(first_bytes(id) & !LONGER | length)
    }

    /// The bytes, to look at.
    #[inline]
    pub(super) fn bytes(self) -> Bytes {
        Bytes(self.0.to_be_bytes())
    }

    /// It is the whole id.
    #[inline]
    pub(super) fn is_whole(self) -> bool {
        self.0 & LONGER != LONGER
    }
}

/// The bytes of a start.
pub(super) struct Bytes([u8; 16]);

impl Bytes {
    /// The id, if the start is all of it.
    #[inline]
    pub(super) fn whole(&self) -> Option<&[u8]> {
        self.0.get(..BYTES)?.get(..usize::from(self.0[BYTES]))
    }
}

/// Up to 16 bytes as a number that sorts like them.
#[inline]
fn first_bytes(id: &[u8]) -> u128 {
    let n = id.len().min(16);
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
    fn a_start_is_the_first_bytes_zeros_and_the_length() {
        let id: Vec<u8> = (1..=20).collect();
        for n in 0..=20 {
            let mut bytes = [0; 16];
            bytes[..n.min(BYTES)].copy_from_slice(&id[..n.min(BYTES)]);
            bytes[BYTES] = if n > BYTES { 255 } else { n as u8 };
            assert_eq!(Start::of(&id[..n]).0, u128::from_be_bytes(bytes), "{n}");
            assert_eq!(Start::of(&id[..n]).is_whole(), n <= BYTES);
            assert_eq!(Start::of(&id[..n]).bytes().whole(), (n <= BYTES).then_some(&id[..n]));
        }
    }

    #[test]
    fn ids_that_differ_in_their_end_only_sort_by_it() {
        let ids = ["a", "a\0", "a\0b", "ab", "abcdefghijklmno", "abcdefghijklmnoz", "b"];
        assert!(ids.map(|id| Start::of(id.as_bytes())).is_sorted_by(|a, b| a < b));
        assert_eq!(Start::of(b"abcdefghijklmnoz"), Start::of(b"abcdefghijklmnoab"));
    }
}
