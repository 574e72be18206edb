//! Whether a distribution is still what it was: the population stability index.

/// Smallest share taken into account, so that an empty bin does not make the index infinite.
const FLOOR: f64 = 1e-4;

/// Population stability index of two sets of counts over the same bins:
/// Σ (a − e) · ln(a / e) with the shares a of `actual` and e of `expected`, floored at 1e-4 and not scaled again.
///
/// `None` when a side counts nobody. Read (Siddiqi 2006): below 0.1 stable, to 0.25 worth a look, above changed.
pub fn stability_index(expected: &[u64], actual: &[u64]) -> Option<f64> {
    let shares = |counts: &[u64]| -> Option<Vec<f64>> {
        let all: u64 = counts.iter().sum();
        (all > 0).then(|| counts.iter().map(|n| (*n as f64 / all as f64).max(FLOOR)).collect())
    };
    let (expected, actual) = (shares(expected)?, shares(actual)?);
    Some(expected.iter().zip(&actual).map(|(e, a)| (a - e) * (a / e).ln()).sum())
}

/// How often values fall into the bins between ascending `edges`; the outer bins are open, an edge belongs to
/// the bin above it. One count more than edges.
pub fn binned(values: impl Iterator<Item = f64>, edges: &[f64]) -> Vec<u64> {
    let mut counts = vec![0; edges.len() + 1];
    for value in values {
        counts[edges.partition_point(|edge| *edge <= value)] += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn the_vectors_of_the_index() {
        let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/psi_vectors.json"));
        let vectors: Value = serde_json::from_str(text).unwrap();
        assert_eq!(vectors["epsilon"].as_f64(), Some(FLOOR));
        for case in vectors["cases"].as_array().unwrap() {
            let counts = |side: &str| -> Vec<u64> { serde_json::from_value(case[side].clone()).unwrap() };
            let index = stability_index(&counts("expected"), &counts("actual")).unwrap();
            let expected = case["psi"].as_f64().unwrap();
            assert!((index - expected).abs() <= 1e-12 * expected.max(1.0), "{index} for {case}");
        }
        assert_eq!(stability_index(&[0, 0], &[1, 2]), None);
    }

    #[test]
    fn bins_are_open_at_both_ends() {
        let values = [-5.0, 0.0, 1.0, 1.5, 2.0, 99.0];
        assert_eq!(binned(values.into_iter(), &[1.0, 2.0]), [2, 2, 2]);
        assert_eq!(binned(values.into_iter(), &[]), [6]);
    }
}
