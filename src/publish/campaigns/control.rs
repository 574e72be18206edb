//! Control groups: members who are left alone, chosen by a hash so that the choice is the same every night,
//! and independent from campaign to campaign.

use sha2::{Digest, Sha256};

/// Steps in which shares are counted.
const BUCKETS: u64 = 10_000;
/// Stands between the parts of what is hashed.
const UNIT_SEPARATOR: [u8; 1] = [0x1f];

/// The place of a customer in a campaign's lottery, 0 to 9,999.
///
/// `u` = the first 8 bytes, big-endian, of SHA-256(salt ␟ campaign ␟ customer); the place is ⌊u·10000 / 2⁶⁴⌋.
pub fn bucket(salt: &str, campaign: &str, customer: &str) -> u64 {
    let mut hasher = Sha256::new();
    hasher.update(salt);
    hasher.update(UNIT_SEPARATOR);
    hasher.update(campaign);
    hasher.update(UNIT_SEPARATOR);
    hasher.update(customer);
    let digest = hasher.finalize();
    let first: [u8; 8] = digest[..8].try_into().expect("a digest has 32 bytes");
    ((u128::from(u64::from_be_bytes(first)) * u128::from(BUCKETS)) >> 64) as u64
}

/// Whether a place is in a control group of this share.
pub fn is_control(bucket: u64, share: f64) -> bool {
    (bucket as f64) < share * BUCKETS as f64
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn the_vectors_of_hold_out_groups() {
        let text =
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/holdout_hash_vectors.json"));
        let vectors: Value = serde_json::from_str(text).unwrap();
        for vector in vectors["vectors"].as_array().unwrap() {
            let part = |key: &str| vector[key].as_str().unwrap();
            let place = bucket(part("salt"), part("campaign"), part("customer_id"));
            assert_eq!(Some(place), vector["bucket_10000"].as_u64(), "{vector}");
            assert_eq!(Some(is_control(place, 0.1)), vector["control_at_10pct"].as_bool(), "{vector}");
        }
        let controls = (0..100_000)
            .filter(|n| is_control(bucket("salt-2024", "nowruz-1403", &format!("C{n:06}")), 0.1))
            .count();
        assert_eq!(Some(controls as u64), vectors["count_control_C000000_to_C099999_at_10pct"].as_u64());
    }

    #[test]
    fn shares_of_nobody_and_nearly_all() {
        assert!(!is_control(0, 0.0));
        assert!(is_control(9_998, 0.9999));
        assert!(!is_control(9_999, 0.9999));
    }
}
