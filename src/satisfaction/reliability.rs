//! Whether the items of an index measure one thing: Cronbach's α and what each item does to it.

use crate::math::correlation::{complete, is_constant, pearson};
use crate::math::distribution::f_quantile;
use crate::math::interval::Interval;
use crate::math::sum::{mean, sample_variance};

/// Below this α the items do not belong together; from [`USABLE_FROM`] on they do (Nunnally 1978).
const DOUBTFUL_FROM: f64 = 0.6;
const USABLE_FROM: f64 = 0.7;

/// Reliability of a set of items.
#[derive(Clone, Debug, PartialEq)]
pub struct Reliability {
    /// Respondents who answered every item.
    pub n: usize,
    /// Cronbach's α, at most 1; negative where items contradict one another.
    pub alpha: f64,
    /// Feldt's 95 % interval of `alpha`.
    pub interval: Interval,
    /// α of items brought to equal spread; prefer it for two items. `None` when an item is constant.
    pub standardised: Option<f64>,
    /// Mean correlation of two items; `None` when an item is constant.
    pub mean_correlation: Option<f64>,
    /// What each item does, in the order given.
    pub items: Vec<ItemReliability>,
}

/// One item within its set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ItemReliability {
    /// α of the other items; `None` when there is only one other, or the others' sum is constant.
    pub alpha_if_dropped: Option<f64>,
    /// Correlation of the item with the sum of the others; `None` when either is constant.
    pub item_total: Option<f64>,
}

impl Reliability {
    /// `α = k/(k−1)·(1 − Σsⱼ²/s_T²)` (Cronbach 1951) of the respondents who answered all k items; standardised
    /// `k·r̄/(1+(k−1)·r̄)`; interval `1−(1−α)·F(0.975)` to `1−(1−α)·F(0.025)` with n−1 and (n−1)(k−1) degrees of
    /// freedom (Feldt 1965).
    ///
    /// `items` are columns on one scale and in one direction. `None` for fewer than two items or respondents,
    /// or when all sums are equal.
    pub fn of(items: &[Vec<Option<f64>>]) -> Option<Self> {
        let items = complete(items);
        let n = items.first()?.len();
        let alpha = alpha(&items)?;
        let mean_correlation = mean_correlation(&items);
        let k = items.len() as f64;
        Some(Self {
            n,
            alpha,
            interval: feldt(alpha, n, items.len()),
            standardised: mean_correlation.map(|r| k * r / (1.0 + (k - 1.0) * r)).filter(|a| a.is_finite()),
            mean_correlation,
            items: (0..items.len()).map(|j| item(&items, j)).collect(),
        })
    }

    /// The reading of `alpha` in a word: `poor`, `doubtful` or `usable` (Nunnally 1978).
    pub fn word(&self) -> &'static str {
        match self.alpha {
            a if a >= USABLE_FROM => "usable",
            a if a >= DOUBTFUL_FROM => "doubtful",
            _ => "poor",
        }
    }
}

/// α of complete columns.
fn alpha(items: &[Vec<f64>]) -> Option<f64> {
    if items.len() < 2 {
        return None;
    }
    let k = items.len() as f64;
    let totals = totals(items.iter());
    let of_total = sample_variance(&totals).filter(|_| !is_constant(&totals))?;
    let of_items: f64 = items.iter().filter_map(|item| sample_variance(item)).sum();
    Some(k / (k - 1.0) * (1.0 - of_items / of_total))
}

/// The sum of each respondent's items.
fn totals<'a>(items: impl Iterator<Item = &'a Vec<f64>>) -> Vec<f64> {
    let mut totals = Vec::new();
    for item in items {
        totals.resize(item.len(), 0.0);
        totals.iter_mut().zip(item).for_each(|(total, x)| *total += x);
    }
    totals
}

fn feldt(alpha: f64, n: usize, k: usize) -> Interval {
    let people = n as f64 - 1.0;
    let error = people * (k as f64 - 1.0);
    let end = |p| 1.0 - (1.0 - alpha) * f_quantile(p, people, error);
    Interval { low: end(0.975), high: end(0.025) }
}

fn mean_correlation(items: &[Vec<f64>]) -> Option<f64> {
    let mut values = Vec::new();
    for i in 0..items.len() {
        for j in 0..i {
            values.push(pearson(&items[i], &items[j])?);
        }
    }
    mean(&values)
}

fn item(items: &[Vec<f64>], place: usize) -> ItemReliability {
    let others: Vec<Vec<f64>> =
        items.iter().enumerate().filter(|&(j, _)| j != place).map(|(_, item)| item.clone()).collect();
    ItemReliability {
        alpha_if_dropped: alpha(&others),
        item_total: pearson(&items[place], &totals(others.iter())),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::math::golden::{all_close, close, json, mobi, numbers, table, texts};

    fn check(found: &Reliability, expected: &Value) {
        let number = |name: &str| expected[name].as_f64().unwrap();
        assert_eq!(found.n as u64, expected["n"].as_u64().unwrap());
        close(found.alpha, number("alpha"), 1e-12);
        close(found.standardised.unwrap(), number("std_alpha"), 1e-12);
        close(found.mean_correlation.unwrap(), number("mean_r"), 1e-12);
        all_close(&[found.interval.low, found.interval.high], &numbers(&expected["feldt95"]), 1e-11);
        let item_total: Vec<f64> = found.items.iter().map(|item| item.item_total.unwrap()).collect();
        all_close(&item_total, &numbers(&expected["corrected_item_total"]), 1e-12);
        for (item, dropped) in found.items.iter().zip(expected["alpha_if_dropped"].as_array().unwrap()) {
            match dropped.as_f64() {
                Some(dropped) => close(item.alpha_if_dropped.unwrap(), dropped, 1e-12),
                None => assert_eq!(item.alpha_if_dropped, None),
            }
        }
    }

    #[test]
    fn attitude_equals_the_reference() {
        let expected = &json("cronbach_alpha.json")["attitude"]["all"];
        let items = table("attitude.csv").columns(&texts(&expected["items"]));
        let found = Reliability::of(&items).unwrap();
        check(&found, expected);
        assert_eq!(found.word(), "usable");
    }

    #[test]
    fn mobi_equals_the_reference() {
        let Some(mobi) = mobi() else { return };
        let reference = json("cronbach_alpha.json");
        for (name, expected) in reference["mobi"].as_object().unwrap() {
            let found = Reliability::of(&mobi.columns(&texts(&expected["items"]))).unwrap();
            check(&found, expected);
            assert_eq!(
                found.word(),
                if name.starts_with("CUEX") || name == "CUSL" { "poor" } else { "usable" }
            );
        }
    }

    #[test]
    fn a_constant_added_to_an_item_changes_nothing() {
        let mut items = table("attitude.csv").columns(&["rating", "complaints", "raises"]);
        let before = Reliability::of(&items).unwrap();
        items[1].iter_mut().for_each(|x| *x = x.map(|x| x + 40.0));
        close(Reliability::of(&items).unwrap().alpha, before.alpha, 1e-12);
    }

    #[test]
    fn who_left_an_item_out_does_not_count() {
        let mut items = table("attitude.csv").columns(&["rating", "complaints", "raises"]);
        let before = Reliability::of(&items).unwrap();
        items[0].push(Some(1.0));
        items[1].push(None);
        items[2].push(Some(9.0));
        assert_eq!(Reliability::of(&items).unwrap(), before);
    }

    #[test]
    fn items_that_say_nothing_have_no_alpha() {
        let some = vec![Some(1.0), Some(2.0), Some(4.0)];
        assert_eq!(Reliability::of(&[]), None);
        assert_eq!(Reliability::of(std::slice::from_ref(&some)), None);
        assert_eq!(Reliability::of(&[vec![], vec![]]), None);
        assert_eq!(Reliability::of(&[vec![Some(0.1); 3], vec![Some(0.2); 3]]), None);
        // two mirrored items: every sum is 5
        assert_eq!(Reliability::of(&[some.clone(), vec![Some(4.0), Some(3.0), Some(1.0)]]), None);
        // a constant item lowers α but breaks nothing: 2/1·(1 − s²/s²) = 0
        let found = Reliability::of(&[some, vec![Some(3.0); 3]]).unwrap();
        close(found.alpha, 0.0, 1e-15);
        assert_eq!((found.standardised, found.items[0].item_total), (None, None));
    }
}
