//! Distribution functions and quantiles of χ², F and Student's t, for any degrees of freedom a survey can have.
//!
//! Not those of statrs 0.19.1: its incomplete beta stops after 140 terms, too few from some 10,000 degrees of
//! freedom on, and its quantiles are off or do not return there. Here the leading factor is taken around the
//! mode (Loader 2000), which loses no digits however large the parameters are, the number of terms grows with
//! their root, and quantiles are found by halving an interval until no number is left inside.

use std::f64::consts::PI;

use statrs::function::gamma::ln_gamma;

/// Terms after which a series or continued fraction stops; some √(parameter) are needed.
const MOST_TERMS: usize = 1_000_000;

/// P(X ≤ x) for χ² with `v > 0` degrees of freedom.
pub fn chi_squared_below(x: f64, v: f64) -> f64 {
    gamma_parts(v / 2.0, x / 2.0).0
}

/// P(X > x) for χ² with `v > 0` degrees of freedom, accurate in the far tail.
pub fn chi_squared_above(x: f64, v: f64) -> f64 {
    gamma_parts(v / 2.0, x / 2.0).1
}

/// The value that χ² with `v > 0` degrees of freedom is below with probability `p`, 0 < p < 1.
pub fn chi_squared_quantile(p: f64, v: f64) -> f64 {
    quantile(p, v, |x| chi_squared_below(x, v))
}

/// P(X ≤ x) for F with `v1 > 0` and `v2 > 0` degrees of freedom.
pub fn f_below(x: f64, v1: f64, v2: f64) -> f64 {
    let whole = v1 * x + v2;
    beta_parts(v1 / 2.0, v2 / 2.0, v1 * x / whole, v2 / whole).0
}

/// The value that F with `v1 > 0` and `v2 > 0` degrees of freedom is below with probability `p`, 0 < p < 1.
pub fn f_quantile(p: f64, v1: f64, v2: f64) -> f64 {
    quantile(p, 1.0, |x| f_below(x, v1, v2))
}

/// P(|T| > |t|) for Student's t with `v > 0` degrees of freedom.
pub fn student_two_sided(t: f64, v: f64) -> f64 {
    let whole = v + t * t;
    beta_parts(v / 2.0, 0.5, v / whole, t * t / whole).0
}

/// P(|Z| > |z|) for the standard normal distribution, whose square is χ² with one degree of freedom.
pub fn normal_two_sided(z: f64) -> f64 {
    chi_squared_above(z * z, 1.0)
}

/// The point above 0 where the rising function `below` reaches `p`, searched from `start`.
fn quantile(p: f64, start: f64, below: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (start, start);
    while below(low) > p {
        low /= 2.0;
    }
    while below(high) < p {
        high *= 2.0;
    }
    loop {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            return middle;
        }
        if below(middle) < p {
            low = middle;
        } else {
            high = middle;
        }
    }
}

/// `P(a, x)` and `Q(a, x) = 1 − P(a, x)`, the regularised incomplete gamma functions.
///
/// Below the mode by the series, above it by Legendre's continued fraction (Abramowitz & Stegun 6.5.29, 6.5.31).
fn gamma_parts(a: f64, x: f64) -> (f64, f64) {
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    let term = (-stirling_error(a) - deviance(a, x)).exp() / (2.0 * PI * a).sqrt();
    if x < a + 1.0 {
        let (mut sum, mut next) = (1.0, 1.0);
        for n in 1..MOST_TERMS {
            next *= x / (a + n as f64);
            sum += next;
            if next < sum * f64::EPSILON / 4.0 {
                break;
            }
        }
        (term * sum, 1.0 - term * sum)
    } else {
        let fraction = continued(x + 1.0 - a, |n| {
            let n = n as f64;
            (n * (a - n), x + 2.0 * n + 1.0 - a)
        });
        (1.0 - term * a / fraction, term * a / fraction)
    }
}

/// `I_x(a, b)` and `1 − I_x(a, b)`, the regularised incomplete beta functions; `y = 1 − x`, given apart so that
/// neither loses digits near 1.
fn beta_parts(a: f64, b: f64, x: f64, y: f64) -> (f64, f64) {
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    if y <= 0.0 {
        return (1.0, 0.0);
    }
    let n = a + b;
    // xᵃ·yᵇ / B(a, b)
    let term =
        (stirling_error(n) - stirling_error(a) - stirling_error(b) - deviance(a, n * x) - deviance(b, n * y))
            .exp()
            * (a * b / (2.0 * PI * n)).sqrt();
    if x < (a + 1.0) / (n + 2.0) {
        let below = term / (a * beta_fraction(a, b, x));
        (below, 1.0 - below)
    } else {
        let above = term / (b * beta_fraction(b, a, y));
        (1.0 - above, above)
    }
}

/// The continued fraction of the incomplete beta function (Abramowitz & Stegun 26.5.8).
fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    continued(1.0, |n| {
        let m = (n / 2) as f64;
        let numerator = if n % 2 == 0 {
            m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m))
        } else {
            -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0))
        };
        (numerator, 1.0)
    })
}

/// `b₀ + a₁/(b₁ + a₂/(b₂ + …))` by the modified method of Lentz (Thompson & Barnett 1986); `term(n)` is (aₙ, bₙ).
fn continued(first: f64, term: impl Fn(usize) -> (f64, f64)) -> f64 {
    const TINY: f64 = 1e-300;
    let away = |x: f64| if x.abs() < TINY { TINY } else { x };
    let (mut value, mut c, mut d) = (away(first), away(first), 0.0);
    for n in 1..MOST_TERMS {
        let (a, b) = term(n);
        d = 1.0 / away(b + a * d);
        c = away(b + a / c);
        value *= c * d;
        if (c * d - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    value
}

/// `a·ln(a/m) + m − a`: how far `m` is from `a`, without the cancellation of its parts.
fn deviance(a: f64, m: f64) -> f64 {
    let t = (m - a) / a;
    a * (t - t.ln_1p())
}

/// `ln Γ(a + 1) − ((a + ½)·ln a − a + ½·ln 2π)`, what Stirling's formula leaves.
fn stirling_error(a: f64) -> f64 {
    /// From here on five terms of the series are exact to 1e-16.
    const SERIES_FROM: f64 = 15.0;
    if a < SERIES_FROM {
        return ln_gamma(a + 1.0) - ((a + 0.5) * a.ln() - a + 0.5 * (2.0 * PI).ln());
    }
    let a2 = a * a;
    (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - (1.0 / 1680.0 - 1.0 / (1188.0 * a2)) / a2) / a2) / a2) / a
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn close(found: f64, expected: f64) {
        assert!((found / expected - 1.0).abs() < 1e-11, "found {found}, expected {expected}");
    }

    /// scipy 1.17.1, `chi2.ppf`; two degrees of freedom are −2·ln(1 − p) by hand.
    #[test]
    fn chi_squared_quantiles_equal_scipy() {
        close(chi_squared_quantile(0.975, 2.0), -2.0 * 0.025_f64.ln());
        for (v, low, high) in [
            (1.0, 0.000_982_069_117_175_255_5, 5.023_886_187_314_888),
            (6.0, 1.237_344_245_791_202_7, 14.449_375_335_447_92),
            (7.0, 1.689_869_180_677_355, 16.012_764_274_629_326),
            (20.0, 9.590_777_392_264_867, 34.169_606_902_838_33),
            (70.0, 48.757_564_805_039_52, 95.023_184_190_406_17),
            (200.0, 162.727_982_501_846_27, 241.057_895_506_310_93),
            (2_001.0, 1_878.915_048_288_337_6, 2_126.873_291_113_057),
            (20_002.0, 19_611.885_335_199_91, 20_395.903_249_322_946),
            (2_000_002.0, 1_996_083.964_720_624, 2_003_923.823_890_864_4),
        ] {
            close(chi_squared_quantile(0.025, v), low);
            close(chi_squared_quantile(0.975, v), high);
        }
    }

    /// scipy 1.17.1, `chi2.sf`.
    #[test]
    fn chi_squared_tails_equal_scipy() {
        close(chi_squared_above(98.752_778_662_181_07, 21.0), 4.792_539_035_528_540_6e-12);
        close(chi_squared_above(3.841_458_820_694_124, 1.0), 0.049_999_999_999_999_89);
        close(chi_squared_above(50.0, 40.0), 0.133_574_834_085_650_4);
        close(chi_squared_above(300.0, 21.0), 3.181_025_503_035_581e-51);
        close(chi_squared_above(1_003_000.0, 1e6), 0.017_016_772_933_266_328);
        assert_eq!((chi_squared_above(0.0, 3.0), chi_squared_below(0.0, 3.0)), (1.0, 0.0));
    }

    /// scipy 1.17.1, `f.ppf`.
    #[test]
    fn f_quantiles_equal_scipy() {
        for (v1, v2, low, high) in [
            (1.0, 1.0, 0.001_543_712_508_674_131, 647.789_011_477_844_2),
            (4.0, 8.0, 0.111_363_778_014_428_58, 5.052_632_217_363_513),
            (29.0, 174.0, 0.536_965_542_527_490_6, 1.661_538_417_028_814_8),
            (249.0, 996.0, 0.816_585_672_486_160_9, 1.210_296_143_268_557_7),
            (249.0, 249.0, 0.779_591_657_605_507_7, 1.282_722_807_824_124),
            (9_999.0, 59_994.0, 0.970_344_522_387_000_3, 1.030_227_360_916_165),
            (99_999.0, 599_994.0, 0.990_560_987_330_132, 1.009_496_194_843_961),
            (999_999.0, 999_999.0, 0.996_087_740_741_169_3, 1.003_927_625_146_676),
        ] {
            close(f_quantile(0.025, v1, v2), low);
            close(f_quantile(0.975, v1, v2), high);
        }
    }

    /// scipy 1.17.1, twice `t.sf` and `norm.sf`.
    #[test]
    fn two_sided_probabilities_equal_scipy() {
        close(student_two_sided(0.835_237_125_542_329_2, 63.649_969_196_784_52), 0.406_708_484_191_632_2);
        close(student_two_sided(-2.0, 5.0), 0.101_939_478_829_858_35);
        close(student_two_sided(10.0, 3.5), 0.001_071_475_895_612_663_4);
        close(student_two_sided(0.1, 1e6), 0.920_344_345_492_043_2);
        close(student_two_sided(5.0, 1e6), 5.733_997_870_890_745e-7);
        close(student_two_sided(0.0, 7.0), 1.0);
        close(normal_two_sided(0.0), 1.0);
        close(normal_two_sided(-5.477_225_575_051_66), 4.320_463_057_827_506e-8);
        close(normal_two_sided(10.0), 1.523_970_604_832_094e-23);
    }
}
