//! The three dimensions, and which end of each is the good one.

use std::str::FromStr;

use crate::schema::customers;
use crate::{Error, Result};

/// One of the three figures a customer is scored on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// Days since the last order; few is good.
    Recency,
    /// Number of orders; many is good.
    Frequency,
    /// Money spent; much is good.
    Monetary,
}

impl Dimension {
    /// All three, in the order of the digits of a cell.
    pub const ALL: [Self; 3] = [Self::Recency, Self::Frequency, Self::Monetary];

    /// The column that holds the figure, which is also the dimension's stored name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Recency => customers::RECENCY_DAYS,
            Self::Frequency => customers::FREQUENCY,
            Self::Monetary => customers::MONETARY,
        }
    }

    /// True when every figure is a whole number.
    pub(super) fn is_whole(self) -> bool {
        !matches!(self, Self::Monetary)
    }

    /// The figure turned so that a larger key is always better; its own inverse.
    ///
    /// Adding to zero makes -0.0 and 0.0 one value, as equal values must get equal scores.
    pub(super) fn key(self, value: f64) -> f64 {
        match self {
            Self::Recency => 0.0 - value,
            Self::Frequency | Self::Monetary => 0.0 + value,
        }
    }
}

impl FromStr for Dimension {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|d| d.name() == name).ok_or_else(|| {
            Error::config(format!(
                "`dimension` should be `recency_days`, `frequency` or `monetary`, but is `{name}`"
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn larger_keys_are_better() {
        assert!(Dimension::Recency.key(3.0) > Dimension::Recency.key(4.0));
        assert!(Dimension::Monetary.key(4.0) > Dimension::Monetary.key(3.0));
    }

    #[test]
    fn both_zeros_are_one_key() {
        for dimension in Dimension::ALL {
            assert_eq!(dimension.key(0.0).to_bits(), dimension.key(-0.0).to_bits());
            assert_eq!(dimension.key(0.0).to_bits(), 0.0_f64.to_bits());
        }
    }

    #[test]
    fn names_are_read_back() {
        for dimension in Dimension::ALL {
            assert_eq!(dimension.name().parse::<Dimension>().unwrap(), dimension);
        }
        assert!("money".parse::<Dimension>().is_err());
    }
}
