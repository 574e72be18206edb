//! Where the signs stand that end fields and records, found for many bytes at once.

use wide::u8x16;

/// Bytes looked at together, as many as a number has bits.
const STRETCH: usize = 64;
/// Signs written down at a time, whether there are so many or not: cheaper than to ask after each.
const AT_ONCE: usize = 8;

/// The places of any of three signs, in order, after a first one that stands right before the bytes.
pub(super) fn marks(bytes: &[u8], signs: [u8; 3]) -> Vec<u32> {
    let signs = signs.map(u8x16::splat);
    // Most exports have a sign for every eight bytes or fewer.
    let mut marks = vec![0; bytes.len() / 8 + STRETCH + AT_ONCE];
    marks[0] = u32::MAX;
    let mut known = 1;
    let (stretches, rest) = bytes.as_chunks::<STRETCH>();
    let mut last = [0; STRETCH];
    last[..rest.len()].copy_from_slice(rest);
    // What the last one is filled up with holds no sign, whichever the signs are.
    let of_last = hits(&last, signs) & ((1 << rest.len()) - 1);
    let all = stretches.iter().map(|stretch| hits(stretch, signs)).chain([of_last]);
    for (mut hits, base) in all.zip((0..).step_by(STRETCH)) {
        if marks.len() < known + STRETCH + AT_ONCE {
            marks.resize(2 * marks.len(), 0);
        }
        while hits != 0 {
            let next = marks[known..].first_chunk_mut::<AT_ONCE>().expect("there is room for a stretch");
            let before = hits;
            for mark in next {
                *mark = base + hits.trailing_zeros();
                hits &= hits.wrapping_sub(1);
            }
            known += AT_ONCE.min(before.count_ones() as usize);
        }
    }
    marks.truncate(known);
    marks
}

/// A bit for each byte that is one of the signs, the first byte in the lowest bit.
#[inline]
fn hits(stretch: &[u8; STRETCH], [a, b, c]: [u8x16; 3]) -> u64 {
    let (parts, _) = stretch.as_chunks::<16>();
    parts.iter().rev().fold(0, |hits, part| {
        let part = u8x16::from(*part);
        let found = part.simd_eq(a) | part.simd_eq(b) | part.simd_eq(c);
        hits << 16 | u64::from(found.to_bitmask())
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn marks_are_where_a_plain_search_finds_them(
            bytes in prop::collection::vec(prop_oneof![any::<u8>(), Just(b',')], 0..300),
            signs: [u8; 3],
        ) {
            for signs in [signs, [b',', b'\n', b'\n']] {
                let plain = (0..bytes.len()).filter(|i| signs.contains(&bytes[*i])).map(|i| i as u32);
                let expected: Vec<u32> = [u32::MAX].into_iter().chain(plain).collect();
                prop_assert_eq!(marks(&bytes, signs), expected);
            }
        }
    }
}
