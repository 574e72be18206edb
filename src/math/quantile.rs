//! Quantiles of type 7 (Hyndman & Fan 1996), the default of R and numpy.

/// The quantile at `p` of ascending values: with h = (n − 1)·p, x⌊h⌋ + (h − ⌊h⌋)·(x⌊h⌋₊₁ − x⌊h⌋).
///
/// One value is every quantile of itself; no values have none. `p` is held to 0 ≤ p ≤ 1.
pub fn quantile(ascending: &[f64], p: f64) -> Option<f64> {
    let last = ascending.len().checked_sub(1)?;
    let h = last as f64 * p.clamp(0.0, 1.0);
    let below = h.floor() as usize;
    let low = ascending[below];
    let high = ascending[(below + 1).min(last)];
    Some(low + (h - h.floor()) * (high - low))
}

/// The values in ascending order, as [`quantile`] wants them.
pub fn ascending(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
}

/// The quantile at `p` of values in any order; sorts a copy.
pub fn quantile_of(values: &[f64], p: f64) -> Option<f64> {
    quantile(&ascending(values), p)
}

/// The median of values in any order; `None` for no values.
pub fn median(values: &[f64]) -> Option<f64> {
    quantile_of(values, 0.5)
}

/// The median distance from the median, unscaled; 0 when more than half of the values are equal.
pub fn median_absolute_deviation(values: &[f64]) -> Option<f64> {
    let centre = median(values)?;
    let distances: Vec<f64> = values.iter().map(|x| (x - centre).abs()).collect();
    median(&distances)
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "the values compared are exact")]
mod tests {
    use super::*;

    /// Hyndman & Fan's type 7 by hand: n = 4, h = 3p.
    #[test]
    fn quartiles_of_four_values() {
        let x = [10.0, 20.0, 30.0, 40.0];
        assert_eq!(quantile(&x, 0.0), Some(10.0));
        assert_eq!(quantile(&x, 0.25), Some(17.5));
        assert_eq!(quantile(&x, 0.5), Some(25.0));
        assert_eq!(quantile(&x, 0.75), Some(32.5));
        assert_eq!(quantile(&x, 1.0), Some(40.0));
    }

    #[test]
    fn one_value_is_every_quantile_and_none_has_none() {
        assert_eq!(quantile(&[7.0], 0.0), Some(7.0));
        assert_eq!(quantile(&[7.0], 0.3), Some(7.0));
        assert_eq!(quantile(&[7.0], 1.0), Some(7.0));
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn order_does_not_matter_where_it_says_so() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(quantile_of(&[40.0, 10.0, 30.0, 20.0], 0.25), Some(17.5));
    }

    #[test]
    fn the_deviation_of_a_textbook_sample() {
        assert_eq!(median_absolute_deviation(&[1.0, 1.0, 2.0, 2.0, 4.0, 6.0, 9.0]), Some(1.0));
        assert_eq!(median_absolute_deviation(&[5.0, 5.0, 5.0, 9.0]), Some(0.0));
    }
}
