//! Random draws that repeat: one `ChaCha8` stream per named purpose, never one per thread.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use sha2::{Digest, Sha256};

/// Between the seed and the purpose: the ASCII unit separator.
const SEPARATOR: &[u8] = &[0x1F];

/// A stream of random draws for one purpose; the same seed and purpose always give the same draws.
pub struct Stream(ChaCha8Rng);

/// The stream of a purpose: `ChaCha8` seeded with the first 8 bytes, big-endian, of
/// SHA-256(seed ␟ purpose), the seed in decimal.
pub fn stream(seed: u64, purpose: &str) -> Stream {
    Stream(ChaCha8Rng::seed_from_u64(stream_seed(seed, purpose)))
}

fn stream_seed(seed: u64, purpose: &str) -> u64 {
    let digest =
        Sha256::new().chain_update(seed.to_string()).chain_update(SEPARATOR).chain_update(purpose).finalize();
    digest.iter().take(8).fold(0, |number, &byte| number << 8 | u64::from(byte))
}

impl Stream {
    /// A number drawn evenly from 0 ≤ u < 1, a multiple of 2⁻⁵³.
    pub fn unit(&mut self) -> f64 {
        const STEP: f64 = 1.0 / (1_u64 << 53) as f64;
        (self.0.next_u64() >> 11) as f64 * STEP
    }

    /// A whole number drawn evenly from 0 ≤ i < `n`; 0 for `n = 0`.
    pub fn below(&mut self, n: usize) -> usize {
        // the high half of a 128-bit product: a bias below n / 2⁶⁴, no division, always one draw
        ((u128::from(self.0.next_u64()) * n as u128) >> 64) as usize
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "the values compared are exact")]
mod tests {
    use super::*;

    /// `printf '7\x1fkmeans' | sha256sum`, first 16 hex digits.
    #[test]
    fn the_seed_is_the_head_of_the_digest() {
        assert_eq!(stream_seed(7, "kmeans"), 0x438a_1d17_72a9_cbe6);
    }

    #[test]
    fn purposes_and_seeds_do_not_share_draws() {
        let draws = |seed, purpose| {
            let mut stream = stream(seed, purpose);
            [stream.unit(), stream.unit(), stream.unit()]
        };
        assert_eq!(draws(1, "a"), draws(1, "a"));
        assert_ne!(draws(1, "a"), draws(1, "b"));
        assert_ne!(draws(1, "a"), draws(2, "a"));
        assert_ne!(draws(1, "1a"), draws(11, "a"));
    }

    #[test]
    fn draws_stay_in_range_and_are_even() {
        let mut stream = stream(3, "range");
        let mut counts = [0_u32; 5];
        let mut total = 0.0;
        for _ in 0..10_000 {
            counts[stream.below(5)] += 1;
            let u = stream.unit();
            assert!((0.0..1.0).contains(&u));
            total += u;
        }
        // five standard deviations: 5·√(10,000·0.2·0.8) = 200 and 5·√(10,000/12) = 144
        assert!(counts.iter().all(|&c| (1_800..=2_200).contains(&c)), "{counts:?}");
        assert!((total - 5_000.0).abs() < 144.0, "{total}");
        assert_eq!(stream.below(0), 0);
        assert_eq!(stream.below(1), 0);
    }
}
