//! How evenly spending is spread over customers.

use crate::math::sum::Sum;

/// Shares of customers whose share of spending is told.
pub(in super::super) const TOPS: [f64; 5] = [0.01, 0.05, 0.10, 0.20, 0.50];
/// Points of the curve, the origin not counted.
const POINTS: usize = 100;

/// Spending, largest first.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) struct Concentration {
    /// Customers with a known spending.
    pub(in super::super) customers: usize,
    /// Customers whose spending is below zero and counts as zero here.
    pub(in super::super) negative: usize,
    /// Gini coefficient, 0 (all the same) to 1 (one customer has all).
    pub(in super::super) gini: f64,
    /// For each of [`TOPS`]: how many customers that is, and their share of spending.
    pub(in super::super) tops: Vec<(usize, f64)>,
    /// How many customers make half of it, and four fifths.
    pub(in super::super) half: usize,
    /// See `half`.
    pub(in super::super) four_fifths: usize,
    /// Share of customers and their share of spending, from the largest down.
    pub(in super::super) curve: Vec<(f64, f64)>,
}

impl Concentration {
    /// From spending per customer (Gini 1912, on values of zero or more); `None` when nobody spent anything.
    pub(in super::super) fn of(mut spend: Vec<f64>) -> Option<Self> {
        let negative = spend.iter().filter(|s| **s < 0.0).count();
        spend.iter_mut().for_each(|s| *s = s.max(0.0));
        spend.sort_unstable_by(|a, b| b.total_cmp(a));
        let n = spend.len();
        let total = spend.iter().copied().collect::<Sum>().value();
        if total <= 0.0 {
            return None;
        }
        // In whole hundredths: in floats, a tenth of 10 n may be a little more than n.
        let wanted: Vec<usize> =
            TOPS.iter().map(|q| ((q * 100.0).round() as usize * n).div_ceil(100)).collect();
        let stops: Vec<usize> = (1..=POINTS).map(|i| (i * n).div_ceil(POINTS)).collect();
        let (mut sum, mut weighted) = (Sum::default(), Sum::default());
        let (mut half, mut four_fifths) = (0, 0);
        let (mut tops, mut curve) = (vec![0.0; TOPS.len()], vec![(0.0, 0.0)]);
        for (i, value) in spend.iter().enumerate() {
            sum.add(*value);
            // Rank from the smallest, counted from 1, is n - i.
            weighted.add((2.0 * (n - i) as f64 - n as f64 - 1.0) * value);
            let share = sum.value() / total;
            half = if half == 0 && share >= 0.5 { i + 1 } else { half };
            four_fifths = if four_fifths == 0 && share >= 0.8 { i + 1 } else { four_fifths };
            wanted.iter().zip(&mut tops).filter(|(w, _)| **w == i + 1).for_each(|(_, top)| *top = share);
            if stops.binary_search(&(i + 1)).is_ok() {
                curve.push(((i + 1) as f64 / n as f64, share));
            }
        }
        let gini = weighted.value() / (n as f64 * total);
        let tops = wanted.into_iter().zip(tops).collect();
        Some(Self { customers: n, negative, gini, tops, half, four_fifths, curve })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn equal_spending_is_even_and_one_spender_has_all() {
        let even = Concentration::of(vec![5.0; 10]).unwrap();
        assert!(even.gini.abs() < 1e-12);
        assert_eq!((even.half, even.four_fifths), (5, 8));
        let one = Concentration::of(vec![0.0, 0.0, 0.0, 8.0]).unwrap();
        assert!((one.gini - 0.75).abs() < 1e-12, "(n - 1) / n");
        assert_eq!((one.half, one.four_fifths, one.tops[0]), (1, 1, (1, 1.0)));
        assert_eq!(Concentration::of(vec![-1.0, 0.0]), None);
    }

    #[test]
    fn the_reference_is_met() {
        let golden = |name: &str| format!("{}/tests/golden/{name}", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(golden("concentration.json")).unwrap();
        let reference: serde_json::Value = serde_json::from_str(&text).unwrap();
        for vector in reference["vectors"].as_array().unwrap() {
            let values =
                vector["v"].as_array().unwrap().iter().filter_map(serde_json::Value::as_f64).collect();
            let gini = Concentration::of(values).map(|made| made.gini);
            assert_eq!(gini.is_some(), vector["gini"].is_f64(), "{vector}");
            assert!(
                gini.is_none_or(|gini| (gini - vector["gini"].as_f64().unwrap()).abs() < 1e-12),
                "{vector}"
            );
        }
        // Money of the customers of CDNOW, in cents.
        let file = std::fs::File::open(golden("rfm_cdnow_sample_1998-06-30_scores.csv.gz")).unwrap();
        let mut text = String::new();
        flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
        let cents = |line: &str| line.split(',').nth(4)?.parse().ok();
        let made = Concentration::of(text.lines().skip(1).filter_map(cents).collect()).unwrap();
        let expected = &reference["cdnow_sample_1998_06_30"];
        let close = |found: f64, name: &str| (found - expected[name].as_f64().unwrap()).abs() < 1e-9;
        assert_eq!((made.customers, made.negative), (2357, 0));
        assert!(close(made.gini, "gini"), "{}", made.gini);
        for (top, name) in [(0, "top1"), (2, "top10"), (3, "top20"), (4, "top50")] {
            assert!(close(made.tops[top].1, name), "{name}: {:?}", made.tops[top]);
        }
        assert_eq!((made.half, made.four_fifths), (228, 777));
    }

    #[test]
    fn unequal_spending_follows_the_formula() {
        // G = sum (2i - n - 1) v(i) / (n sum v), ascending: (-3*1 - 1*2 + 1*3 + 3*4) / (4 * 10) = 0.25
        let made = Concentration::of(vec![4.0, 1.0, 3.0, 2.0]).unwrap();
        assert!((made.gini - 0.25).abs() < 1e-12);
        assert_eq!(made.tops[4], (2, 0.7));
        assert_eq!(made.curve.last(), Some(&(1.0, 1.0)));
    }
}
