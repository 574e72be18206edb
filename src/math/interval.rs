//! Two-sided 95 % intervals for shares, means and the net promoter score.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// The 0.975 quantile of the standard normal distribution.
pub const Z: f64 = 1.959_963_984_540_054;

/// Ends of a two-sided 95 % interval, `low <= high`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Interval {
    /// The part of the interval within `[low, high]`.
    #[must_use]
    pub fn clip(self, low: f64, high: f64) -> Self {
        Self { low: self.low.clamp(low, high), high: self.high.clamp(low, high) }
    }
}

/// Wilson's score interval for the share `k / n`, within `[0, 1]` and around `k / n`.
///
/// `(p + z²/2n ± z√(p(1−p)/n + z²/4n²)) / (1 + z²/n)` (Wilson 1927). `None` when `n` is 0 or `k > n`.
pub fn wilson(k: u64, n: u64) -> Option<Interval> {
    if n == 0 || k > n {
        return None;
    }
    let n = n as f64;
    let p = k as f64 / n;
    let z2n = Z * Z / n;
    let centre = p + z2n / 2.0;
    let half = Z * (p * (1.0 - p) / n + z2n / (4.0 * n)).sqrt();
    let scale = 1.0 + z2n;
    // In exact arithmetic the interval holds p; at p = 0 and p = 1 rounding would leave p just outside.
    Some(Interval {
        low: ((centre - half) / scale).clamp(0.0, p),
        high: ((centre + half) / scale).clamp(p, 1.0),
    })
}

/// Student's interval for a mean of `n` values with sample standard deviation `sd`.
///
/// `mean ± t(n−1)·sd/√n`. `None` when `n < 2`: one value says nothing about its spread.
pub fn student(mean: f64, sd: f64, n: u64) -> Option<Interval> {
    if n < 2 {
        return None;
    }
    let half = t_quantile((n - 1) as f64) * sd / (n as f64).sqrt();
    Some(Interval { low: mean - half, high: mean + half })
}

/// Above this many degrees of freedom the expansion around the normal quantile is exact to the last digits.
const EXPANSION_FROM: f64 = 1_000.0;

/// The 0.975 quantile of Student's t, `v >= 1` degrees of freedom.
///
/// From 1,000 on by the expansion of Abramowitz & Stegun 26.7.5, whose next term is below 1e-14 there.
/// Not by `StudentsT::inverse_cdf` throughout: in statrs 0.19.1 it is off by 3e-6 at 1e5 degrees of
/// freedom, by 7e-2 at 1e7, and does not return at 1e8.
pub fn t_quantile(v: f64) -> f64 {
    if v < EXPANSION_FROM {
        let t = StudentsT::new(0.0, 1.0, v).expect("degrees of freedom are at least 1");
        return t.inverse_cdf(0.975);
    }
    let z2 = Z * Z;
    let first = (z2 + 1.0) / 4.0;
    let second = ((5.0 * z2 + 16.0) * z2 + 3.0) / 96.0;
    let third = (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / 384.0;
    Z * (1.0 + (first + (second + third / v) / v) / v)
}

/// A net promoter score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nps {
    /// `100·(promoters − detractors) / n`, -100 to 100.
    pub value: f64,
    /// Standard error of `value`, in the same points.
    pub standard_error: f64,
    /// Adjusted Wald interval within `[-100, 100]`.
    pub interval: Interval,
}

/// The net promoter score of a group; `None` when nobody answered.
///
/// With shares `p` and `d`: `se = 100√((p + d − (p−d)²)/n)`. The interval is the adjusted Wald of
/// Rocks 2016: ¾ promoter, 1½ passives and ¾ detractor are added, then `± z·se`.
pub fn nps(promoters: u64, passives: u64, detractors: u64) -> Option<Nps> {
    const ADDED: f64 = 0.75;
    let (p, d) = (promoters as f64, detractors as f64);
    let n = p + d + passives as f64;
    if n == 0.0 {
        return None;
    }
    let (value, standard_error) = balance(p, d, n);
    let (centre, spread) = balance(p + ADDED, d + ADDED, n + 4.0 * ADDED);
    let half = Z * spread;
    let interval = Interval { low: centre - half, high: centre + half }.clip(-100.0, 100.0);
    Some(Nps { value, standard_error, interval })
}

/// Promoters less detractors in points of `n`, and the standard error.
fn balance(promoters: f64, detractors: f64, n: f64) -> (f64, f64) {
    let net = (promoters - detractors) / n;
    let variance = ((promoters + detractors) / n - net * net) / n;
    // The variance is zero when all answers agree; rounding must not make it negative.
    (100.0 * net, 100.0 * variance.max(0.0).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> impl Iterator<Item = Vec<f64>> {
        text.lines().skip(1).map(|line| {
            let number =
                |cell: &str| cell.trim_start_matches("np.float64(").trim_end_matches(')').parse().unwrap();
            line.split(',').map(number).collect()
        })
    }

    #[track_caller]
    fn close(found: f64, expected: f64, tolerance: f64) {
        let gap = (found - expected).abs();
        assert!(gap <= tolerance * expected.abs().max(1.0), "found {found}, expected {expected}");
    }

    #[test]
    fn wilson_equals_the_reference() {
        let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/wilson_vectors.csv"));
        let mut seen = 0;
        for row in rows(text) {
            let found = wilson(row[0] as u64, row[1] as u64).unwrap();
            close(found.low, row[3], 1e-12);
            close(found.high, row[4], 1e-12);
            seen += 1;
        }
        assert_eq!(seen, 12);
    }

    #[test]
    fn wilson_stays_within_0_and_1_and_holds_the_share() {
        for n in 1..=200 {
            for k in 0..=n {
                let found = wilson(k, n).unwrap();
                let p = k as f64 / n as f64;
                assert!(
                    0.0 <= found.low && found.low <= p && p <= found.high && found.high <= 1.0,
                    "{k}/{n}"
                );
            }
        }
    }

    #[test]
    fn a_share_of_nothing_has_no_interval() {
        assert_eq!(wilson(0, 0), None);
        assert_eq!(wilson(2, 1), None);
    }

    #[test]
    fn nps_equals_the_reference() {
        let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/nps_vectors.csv"));
        let mut seen = 0;
        for row in rows(text) {
            let found = nps(row[0] as u64, row[1] as u64, row[2] as u64).unwrap();
            close(found.value, row[3], 1e-12);
            close(found.standard_error, row[4], 1e-12);
            close(found.interval.low, row[8], 1e-12);
            close(found.interval.high, row[9], 1e-12);
            seen += 1;
        }
        assert_eq!(seen, 9);
    }

    #[test]
    fn swapping_promoters_and_detractors_mirrors_the_score() {
        let (one, other) = (nps(31, 7, 12).unwrap(), nps(12, 7, 31).unwrap());
        close(one.value, -other.value, 1e-15);
        close(one.interval.low, -other.interval.high, 1e-15);
        assert_eq!(nps(0, 0, 0), None);
    }

    #[test]
    fn student_quantiles_are_right_to_twelve_digits() {
        // 1, 2 and 4 in closed form (tan(0.475π) for 1), the others by quadrature of the density
        for (v, expected) in [
            (1.0, 12.706_204_736_174_7),
            (2.0, 4.302_652_729_749_46),
            (4.0, 2.776_445_105_197_8),
            (9.0, 2.262_157_162_798_2),
            (29.0, 2.045_229_642_132_7),
            (249.0, 1.969_536_867_640_4),
            (2_000.0, 1.961_150_826_093_6),
        ] {
            close(t_quantile(v), expected, 1e-11);
        }
    }

    #[test]
    fn the_two_ways_to_the_quantile_meet() {
        let library = StudentsT::new(0.0, 1.0, EXPANSION_FROM).unwrap().inverse_cdf(0.975);
        close(t_quantile(EXPANSION_FROM), library, 1e-11);
        close(t_quantile(1e12), Z, 1e-11);
    }

    #[test]
    fn a_mean_needs_two_values_for_an_interval() {
        assert_eq!(student(0.5, 0.0, 1), None);
        // mean 3, sd √2.5 of 1..5: 3 ± 2.776445·0.707107
        let found = student(3.0, 2.5_f64.sqrt(), 5).unwrap();
        close(found.low, 1.036_756_838_522_439, 1e-11);
        close(found.high, 4.963_243_161_477_561, 1e-11);
    }
}
