//! Key, growing, other (Zeithaml, Rust & Lemon 2001: the customer pyramid).

use rayon::prelude::*;

use super::PriorityParams;

/// How much attention a customer gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// Of the highest value.
    Key,
    /// Of middling value or more, still there, and spending more than before.
    Growing,
    /// The rest.
    Other,
}

impl Tier {
    /// Every tier, the most important first.
    pub const ALL: [Self; 3] = [Self::Key, Self::Growing, Self::Other];

    /// The stored identifier.
    pub fn name(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Growing => "growing",
            Self::Other => "other",
        }
    }
}

/// Slack for shares of counts, which f64 does not hold exactly.
const SLACK: f64 = 1e-9;

/// The tier of each customer with a value.
///
/// With `W` customers of a strictly smaller value among `n`: key when the value is positive and `W ≥ (1 − key_share)·n`;
/// growing when not key, present, `2·W ≥ n` and the trend is at least `growing_trend`; otherwise other. Equal values are
/// treated alike.
pub fn tiers(
    values: &[Option<f64>],
    present: &[bool],
    trends: &[Option<f64>],
    params: &PriorityParams,
) -> Vec<Option<Tier>> {
    let mut ascending: Vec<f64> = values.iter().flatten().copied().collect();
    ascending.par_sort_unstable_by(f64::total_cmp);
    let n = ascending.len() as f64;
    let tier = |(row, value): (usize, &Option<f64>)| {
        let value = (*value)?;
        let below = ascending.partition_point(|other| *other < value) as f64;
        let grows = trends[row].is_some_and(|trend| trend >= params.growing_trend);
        Some(if value > 0.0 && below >= (1.0 - params.key_share) * n - SLACK {
            Tier::Key
        } else if present[row] && 2.0 * below >= n && grows {
            Tier::Growing
        } else {
            Tier::Other
        })
    };
    values.par_iter().enumerate().map(tier).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::io::Read;

    use super::*;

    fn table(name: &str) -> Vec<BTreeMap<String, String>> {
        let path = format!("{}/tests/golden/{name}", env!("CARGO_MANIFEST_DIR"));
        let mut text = String::new();
        flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
        let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
        let header = lines.next().unwrap();
        lines.map(|cells| header.iter().cloned().zip(cells).collect()).collect()
    }

    #[test]
    fn tiers_of_cdnow_equal_the_reference() {
        let (customers, expected) =
            (table("btyd_cdnow_sample_customers.csv.gz"), table("tiers_cdnow_sample_customers.csv.gz"));
        let number = |row: &BTreeMap<String, String>, name: &str| row[name].parse::<f64>().ok();
        let values: Vec<Option<f64>> = customers.iter().map(|row| number(row, "clv12_mbgnbd")).collect();
        let present: Vec<bool> =
            customers.iter().map(|row| number(row, "mbgnbd_palive").is_some_and(|p| p >= 0.5)).collect();
        for window in ["90", "180"] {
            let trends: Vec<Option<f64>> =
                expected.iter().map(|row| number(row, &format!("trend_{window}"))).collect();
            let found = tiers(&values, &present, &trends, &PriorityParams::default());
            for ((customer, tier), row) in customers.iter().zip(found).zip(&expected) {
                assert_eq!(customer["id"], row["id"]);
                assert_eq!(tier.unwrap().name(), row[&format!("tier_{window}")], "{}", row["id"]);
            }
        }
    }

    #[test]
    fn ties_go_together_and_worthless_customers_are_not_key() {
        let params = PriorityParams::default();
        let of = |values: &[f64]| {
            let values: Vec<Option<f64>> = values.iter().copied().map(Some).collect();
            let (present, trends) = (vec![true; values.len()], vec![Some(0.5); values.len()]);
            tiers(&values, &present, &trends, &params)
                .into_iter()
                .map(|t| t.unwrap().name())
                .collect::<Vec<_>>()
        };
        // Four of five are below the last: the top fifth.
        assert_eq!(of(&[1.0, 2.0, 3.0, 4.0, 5.0]), ["other", "other", "other", "growing", "key"]);
        assert_eq!(of(&[7.0; 3]), ["other"; 3]);
        assert_eq!(of(&[-5.0, -4.0, -3.0, -2.0, 0.0])[4], "growing");
        assert_eq!(tiers(&[None], &[true], &[None], &params), [None]);
    }
}
