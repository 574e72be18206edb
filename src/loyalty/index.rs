//! The loyalty index: behaviour and, where asked, attitude.

use super::params::LoyaltyParams;

/// A loyalty index and what it was made of; all in 0..1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Index {
    /// B = Σ w·(s−1)/(k−1) over the three RFM scores.
    pub(super) behaviour: f64,
    /// Mean of the recommend and repurchase answers, where there are any.
    pub(super) attitude: Option<f64>,
    /// B without an attitude, else (1−a)·B + a·A with a the attitude's weight.
    pub(super) loyalty: f64,
}

impl Index {
    /// The index of three scores in 1..=k (methods, 3).
    pub(super) fn of(scores: [u8; 3], attitude: Option<f64>, params: &LoyaltyParams, k: u8) -> Self {
        let steps = f64::from(k) - 1.0;
        let [r, f, m] = scores.map(|s| (f64::from(s) - 1.0) / steps);
        let [of_r, of_f, of_m] = params.weights;
        let behaviour = of_r * r + of_f * f + of_m * m;
        let weight = params.attitude_weight;
        let loyalty = attitude.map_or(behaviour, |a| (1.0 - weight) * behaviour + weight * a);
        Self { behaviour, attitude, loyalty }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_are_zero_and_one() {
        let params = LoyaltyParams::default();
        for k in [2, 5, 10] {
            assert!(Index::of([1; 3], None, &params, k).loyalty.abs() < 1e-12);
            assert!((Index::of([k; 3], Some(1.0), &params, k).loyalty - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn attitude_counts_three_tenths() {
        // B = 0.4·0.75 + 0.4·0.75 + 0.2·0.25 = 0.65; 0.7·0.65 + 0.3·0.55 = 0.62
        let index = Index::of([4, 4, 2], Some(0.55), &LoyaltyParams::default(), 5);
        assert!((index.behaviour - 0.65).abs() < 1e-12);
        assert!((index.loyalty - 0.62).abs() < 1e-12);
    }
}
