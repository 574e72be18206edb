//! Money, exactly: sums of products of decimals do not depend on order or threads.

use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub};

/// One unit of a [`Millionths`] number.
pub const MILLION: i64 = 1_000_000;

/// A number with six decimals: a quantity, a price, an amount as read from an export.
pub type Millionths = i64;

/// An exact amount in units of 1e-12: the product of two numbers with six decimals each.
///
/// The range is ±1.7e26 units of currency, beyond any sum of an export.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Money(i128);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// A whole amount.
    #[inline]
    pub fn of(amount: Millionths) -> Self {
        Self(i128::from(amount) * i128::from(MILLION))
    }

    /// Whether sums over any export stay within the range: the amount is one that an export could state.
    #[inline]
    pub fn is_plausible(self) -> bool {
        self.0.unsigned_abs() <= Self::of(Millionths::MAX).0.unsigned_abs()
    }

    /// Quantity × price.
    #[inline]
    pub fn product(quantity: Millionths, price: Millionths) -> Self {
        Self(i128::from(quantity) * i128::from(price))
    }

    /// The amount in units of currency, correctly rounded for amounts below 9e15 cents.
    pub fn to_f64(self) -> f64 {
        const UNIT: i128 = 1_000_000_000_000;
        /// A hundredth of a cent.
        const SMALL: i64 = 100_000_000;
        // Most amounts fit in 64 bits, which divide several times faster.
        if let Ok(amount) = i64::try_from(self.0)
            && amount % SMALL == 0
        {
            return (amount / SMALL) as f64 / 1e4;
        }
        // Whole units and the rest are converted apart: both are exact in f64 where the sum is.
        if self.0 % i128::from(SMALL) == 0 {
            return (self.0 / i128::from(SMALL)) as f64 / 1e4;
        }
        (self.0 / UNIT) as f64 + (self.0 % UNIT) as f64 / 1e12
    }

    /// The amount times an exchange rate with six decimals, rounded to 1e-12 towards zero.
    #[must_use]
    pub fn times(self, rate: Millionths) -> Self {
        Self(
            self.0 / i128::from(MILLION) * i128::from(rate)
                + self.0 % i128::from(MILLION) * i128::from(rate) / i128::from(MILLION),
        )
    }

    /// The amount as bytes, for [`Money::from_bytes`].
    pub fn to_bytes(self) -> [u8; 16] {
        self.0.to_le_bytes()
    }

    /// The amount that [`Money::to_bytes`] wrote.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(i128::from_le_bytes(bytes))
    }

    /// Above zero.
    #[inline]
    pub fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// Below zero.
    #[inline]
    pub fn is_negative(self) -> bool {
        self.0 < 0
    }
}

impl Add for Money {
    type Output = Self;
    #[inline]
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Money {
    type Output = Self;
    #[inline]
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Neg for Money {
    type Output = Self;
    #[inline]
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl AddAssign for Money {
    #[inline]
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_times_a_tenth_is_one() {
        let dime = Money::product(MILLION, 100_000);
        let sum: Money = std::iter::repeat_n(dime, 10).sum();
        assert_eq!(sum, Money::of(MILLION));
        assert_eq!(sum.to_f64().to_bits(), 1.0_f64.to_bits());
    }

    #[test]
    fn cents_convert_to_the_nearest_float() {
        assert_eq!(Money::of(2_550_000).to_f64().to_bits(), 2.55_f64.to_bits());
        assert_eq!(Money::product(3 * MILLION, -11_770_000).to_f64().to_bits(), (-35.31_f64).to_bits());
    }

    #[test]
    fn three_decimals_of_quantity_and_price_are_kept() {
        let exact = Money::product(1_255_000, 2_345_000);
        assert!((exact.to_f64() - 2.942_975).abs() < 1e-12);
    }

    #[test]
    fn a_product_beyond_what_an_amount_can_be_is_not_plausible() {
        assert!(Money::of(-Millionths::MAX).is_plausible());
        assert!(Money::product(3_000_000 * MILLION, 3_000_000 * MILLION).is_plausible());
        assert!(!Money::product(9_000_000_000_000 * 1_000, 9_000_000_000_000 * 1_000).is_plausible());
    }

    #[test]
    fn a_rate_scales_the_amount() {
        assert_eq!(Money::of(10 * MILLION).times(920_000), Money::of(9_200_000));
    }
}
