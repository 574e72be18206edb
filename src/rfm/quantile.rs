//! Scores by rank: each way to cut a distribution into k scores.
//!
//! Every function returns one score per distinct key of the distribution, so equal values get equal
//! scores and file order cannot matter. Ranks are integers; no float is rounded on the way.

use super::dimension::Dimension;
use super::distribution::Distribution;

/// Score 1 + floor(k·W/n), W = customers strictly worse, n = customers with a value (methods, 1.2).
pub(super) fn strict_worse(of: &Distribution, k: u8) -> Vec<u8> {
    by_rank(&of.customers, k, |worse, _| (worse, 1))
}

/// The keys from which on [`strict_worse`] gives each score above 1, found without sorting all of them: as (score, key),
/// scores ascending, without the scores that nobody has.
pub(super) fn strict_worse_rungs(mut keys: Vec<f64>, k: u8) -> Vec<(u8, f64)> {
    let n = keys.len() as u64;
    let (mut rungs, mut rest): (Vec<(u8, f64)>, _) = (Vec::new(), &mut keys[..]);
    // The smallest key that is no longer among the rest, and the key that earns the score before, which is better.
    let (mut beyond, mut above) = (None, None);
    for score in (2..=k).rev() {
        let fewest_worse = (u64::from(score - 1) * n).div_ceil(u64::from(k)) as usize;
        if fewest_worse >= rest.len() {
            continue;
        }
        let (worse, key, better) = rest.select_nth_unstable_by(fewest_worse, f64::total_cmp);
        let key = *key;
        // Equal keys before it have fewer worse: then the next larger key earns the score.
        let next = || better.iter().copied().filter(|b| *b > key).min_by(f64::total_cmp);
        let earns = if worse.iter().all(|w| *w < key) {
            Some(key)
        } else {
            next().or(beyond.filter(|b| *b > key)).or(above)
        };
        rungs.extend(earns.filter(|earns| Some(*earns) != above).map(|earns| (score, earns)));
        (beyond, above) = (Some(key), earns);
        rest = worse;
    }
    rungs.reverse();
    rungs
}

/// Score min(k, 1 + floor(k·(lo+hi)/2n)), lo = strictly worse, hi = not better.
pub(super) fn mid_rank(of: &Distribution, k: u8) -> Vec<u8> {
    by_rank(&of.customers, k, |worse, not_better| (worse + not_better, 2))
}

/// Score 1 for one order; repeaters get 2 + floor((k−1)·W'/n'), counted among themselves.
///
/// Where most customers bought once, plain quantiles leave holes; single-purchase customers as a
/// class of their own go back to Miglautsch 2000.
pub(super) fn repeat_split(of: &Distribution, k: u8) -> Vec<u8> {
    let once = bought_once(of);
    let mut scores = vec![1; once];
    scores.extend(by_rank(&of.customers[once..], k - 1, |worse, _| (worse, 1)).iter().map(|s| s + 1));
    scores
}

/// Score 1 for one order; the rest is split at its mean again and again, those at or below it
/// getting the next score, the last remainder k.
pub(super) fn mean_split(of: &Distribution, k: u8) -> Vec<u8> {
    let mut scores = vec![1; bought_once(of)];
    for score in 2..k {
        let rest = scores.len();
        let orders = || of.keys[rest..].iter().map(|key| *key as u128);
        let customers = of.customers[rest..].iter().map(|n| u128::from(*n));
        let (n, sum) = orders().zip(customers).fold((0, 0), |(n, sum), (v, c)| (n + c, sum + v * c));
        let at_or_below = orders().take_while(|v| v * n <= sum).count();
        scores.resize(rest + at_or_below, score);
    }
    scores.resize(of.keys.len(), k);
    scores
}

/// The inner breaks of CRAN `rfm`, in values: type-7 quantiles at i/k, plus one.
///
/// For comparison with that package only: the added one depends on the money unit.
pub(super) fn cran_breaks(of: &Distribution, dimension: Dimension, k: u8) -> Vec<f64> {
    let mut ascending: Vec<(f64, u64)> =
        of.keys.iter().zip(&of.customers).map(|(key, n)| (dimension.key(*key), *n)).collect();
    ascending.sort_by(|a, b| a.0.total_cmp(&b.0));
    let Some(last) = of.total().checked_sub(1) else { return Vec::new() };
    (1..k)
        .map(|i| {
            let h = last as f64 * (f64::from(i) / f64::from(k));
            let below = at_rank(&ascending, h as u64);
            let above = at_rank(&ascending, (h as u64 + 1).min(last));
            below + (h - h.floor()) * (above - below) + 1.0
        })
        .collect()
}

/// The value that has at most `rank` customers before it, in (value, customers) ascending.
fn at_rank(ascending: &[(f64, u64)], rank: u64) -> f64 {
    let mut up_to = 0;
    let reaches = |(_, n): &&(f64, u64)| {
        up_to += n;
        up_to > rank
    };
    ascending.iter().find(reaches).map_or(f64::INFINITY, |(value, _)| *value)
}

/// Distinct keys that stand for a single order.
fn bought_once(of: &Distribution) -> usize {
    of.keys.partition_point(|key| *key <= 1.0)
}

/// Score min(k, 1 + floor(k·rank/(parts·n))) with rank in parts of a customer.
fn by_rank(customers: &[u64], k: u8, rank: impl Fn(u64, u64) -> (u64, u64)) -> Vec<u8> {
    let total: u64 = customers.iter().sum();
    let mut worse = 0;
    customers
        .iter()
        .map(|n| {
            let (rank, parts) = rank(worse, worse + n);
            worse += n;
            let score = 1 + u64::from(k) * rank / (parts * total);
            score.min(u64::from(k)) as u8
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::values::Values;
    use super::*;

    fn vectors() -> serde_json::Value {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/rfm_tie_vectors.json");
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    fn numbers<T>(of: &serde_json::Value, convert: fn(u64) -> T) -> Vec<T> {
        of.as_array().unwrap().iter().map(|v| convert(v.as_u64().unwrap())).collect()
    }

    fn spread(values: &[f64], dimension: Dimension, method: fn(&Distribution, u8) -> Vec<u8>) -> Vec<u8> {
        let distribution = Distribution::of(dimension, &Values::of_money(values));
        let scores = method(&distribution, 5);
        values
            .iter()
            .map(|v| {
                scores[distribution
                    .keys
                    .iter()
                    .position(|key| key.to_bits() == dimension.key(*v).to_bits())
                    .unwrap()]
            })
            .collect()
    }

    #[test]
    fn ties_follow_the_reference_vectors() {
        let cases = vectors();
        assert_eq!(cases.as_array().unwrap().len(), 7);
        for case in cases.as_array().unwrap() {
            let values = numbers(&case["values"], |v| v as f64);
            let expected = |name: &str| numbers(&case[name], |v| v as u8);
            assert_eq!(spread(&values, Dimension::Frequency, strict_worse), expected("strict_worse_high"));
            assert_eq!(spread(&values, Dimension::Monetary, strict_worse), expected("strict_worse_high"));
            assert_eq!(
                spread(&values, Dimension::Recency, strict_worse),
                expected("strict_worse_low_is_better")
            );
            assert_eq!(spread(&values, Dimension::Frequency, repeat_split), expected("one_timer"));
            assert_eq!(spread(&values, Dimension::Frequency, mid_rank), expected("mid_rank"));
            assert_eq!(spread(&values, Dimension::Frequency, mean_split), expected("mean_split"));
        }
    }

    proptest! {
        #[test]
        fn keys_found_without_sorting_earn_the_same_scores(
            values in prop::collection::vec(prop_oneof![-3_i32..4, -40_i32..40], 0..60),
            k in 2_u8..12,
        ) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let of = Distribution::of(Dimension::Monetary, &Values::of_money(&values));
            let scores = strict_worse(&of, k);
            let sorted: Vec<_> = (2..=k)
                .filter_map(|score| Some((score, of.keys[scores.iter().position(|s| *s == score)?])))
                .collect();
            prop_assert_eq!(strict_worse_rungs(values, k), sorted);
        }
    }

    #[test]
    fn breaks_of_the_package_are_type_7_quantiles_plus_one() {
        // 1..5 at 0.2, 0.4, 0.6, 0.8: 1.8, 2.6, 3.4, 4.2
        let of = Distribution { keys: vec![1.0, 2.0, 3.0, 4.0, 5.0], customers: vec![1; 5] };
        let breaks = cran_breaks(&of, Dimension::Frequency, 5);
        for (found, expected) in breaks.iter().zip([2.8, 3.6, 4.4, 5.2]) {
            assert!((found - expected).abs() < 1e-12);
        }
    }

    #[test]
    fn nobody_gets_no_score() {
        let nobody = Distribution { keys: Vec::new(), customers: Vec::new() };
        for method in [strict_worse, mid_rank, repeat_split, mean_split] {
            assert!(method(&nobody, 5).is_empty());
        }
        assert!(cran_breaks(&nobody, Dimension::Recency, 5).is_empty());
    }
}
