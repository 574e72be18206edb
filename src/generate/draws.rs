//! Random draws that are the same on every machine and in every version: a small generator of our own,
//! because those of libraries may change.

/// What a stream of draws is for. Each purpose has streams of its own, so that a new draw in one place
/// moves nothing elsewhere.
#[derive(Clone, Copy, Debug)]
#[repr(u64)]
pub(super) enum Purpose {
    Person = 1,
    Order = 2,
    Product = 3,
    Survey = 4,
    Complaint = 5,
    Contact = 6,
}

/// `SplitMix64` (Steele, Lea & Flood 2014, "Fast splittable pseudorandom number generators", figure 13):
/// a counter stepped by the golden ratio and scrambled. One 64-bit word of state, about a nanosecond a
/// draw, and any (seed, purpose, index) starts a stream of its own.
#[derive(Clone, Debug)]
pub(super) struct Draws {
    counter: u64,
}

/// 2^64 divided by the golden ratio, made odd.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

fn scramble(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

impl Draws {
    /// The stream for one thing, say customer `index`.
    pub(super) fn new(seed: u64, purpose: Purpose, index: u64) -> Self {
        let start = scramble(seed.wrapping_add((purpose as u64).wrapping_mul(GOLDEN)));
        Self { counter: scramble(start ^ scramble(index.wrapping_add(GOLDEN))) }
    }

    /// 64 random bits.
    #[inline]
    pub(super) fn bits(&mut self) -> u64 {
        self.counter = self.counter.wrapping_add(GOLDEN);
        scramble(self.counter)
    }

    /// Uniform on [0, 1), 53 bits.
    #[inline]
    pub(super) fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    /// Uniform on 0..n by the high half of a product (Lemire 2019); its bias, n / 2^64, is far below
    /// anything visible here. `n` = 0 gives 0.
    #[inline]
    pub(super) fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(n)) >> 64) as u64
    }

    /// True once in `n` on average.
    #[inline]
    pub(super) fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    /// True with probability `p`.
    #[inline]
    pub(super) fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// Nearly standard normal: the sum of twelve uniforms, whose mean is 6 and variance 1. Taken as twelve
    /// 16-bit pieces and integers, so it needs no logarithm; its range is -6 to 6.
    pub(super) fn normal(&mut self) -> f64 {
        let mut sum = 0_u64;
        for _ in 0..3 {
            let word = self.bits();
            sum += (word & 0xFFFF) + (word >> 16 & 0xFFFF) + (word >> 32 & 0xFFFF) + (word >> 48);
        }
        (sum as f64 + 6.0) / 65_536.0 - 6.0
    }

    /// Exponential with the given mean.
    pub(super) fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (-self.unit()).ln_1p()
    }

    /// Gamma with shape below one and mean `shape`: Marsaglia & Tsang 2000 for shape + 1, times the power
    /// of a uniform that brings the shape down (their section 6).
    pub(super) fn gamma(&mut self, shape: f64) -> f64 {
        let d = shape + 1.0 - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let v = (1.0 + c * x).powi(3);
            let u = 1.0 - self.unit();
            if v > 0.0 && u.ln() < 0.5 * x * x + d - d * v + d * v.ln() {
                return d * v * (1.0 - self.unit()).powf(1.0 / shape);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// First outputs of the reference `splitmix64.c` (Vigna) for the state 1234567.
    #[test]
    fn the_stream_is_the_published_one() {
        let mut draws = Draws { counter: 1_234_567 };
        let expected = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ];
        assert_eq!(expected.map(|_| draws.bits()), expected);
    }

    /// Mean and variance over 200,000 draws; standard errors of the means are below 0.004.
    fn moments(mut draw: impl FnMut(&mut Draws) -> f64) -> (f64, f64) {
        let mut draws = Draws::new(7, Purpose::Order, 0);
        let values: Vec<f64> = (0..200_000).map(|_| draw(&mut draws)).collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / values.len() as f64;
        (mean, variance)
    }

    #[test]
    fn distributions_have_their_mean_and_variance() {
        for (name, (mean, variance), expected) in [
            ("unit", moments(Draws::unit), (0.5, 1.0 / 12.0)),
            ("normal", moments(Draws::normal), (0.0, 1.0)),
            ("exponential", moments(|d| d.exponential(1.0)), (1.0, 1.0)),
            ("gamma", moments(|d| d.gamma(0.6)), (0.6, 0.6)),
            ("below", moments(|d| d.below(10) as f64), (4.5, 8.25)),
        ] {
            assert!((mean - expected.0).abs() < 0.03, "mean of {name}: {mean}");
            assert!((variance / expected.1 - 1.0).abs() < 0.05, "variance of {name}: {variance}");
        }
    }

    #[test]
    fn nothing_below_zero_or_at_the_bound() {
        let mut draws = Draws::new(1, Purpose::Survey, 9);
        assert_eq!(draws.below(0), 0);
        assert!((0..1000).all(|_| draws.below(3) < 3 && draws.unit() < 1.0 && draws.exponential(2.0) >= 0.0));
    }
}
