//! The sentence behind a customer's RFM labels: thresholds and rule.

use polars::prelude::*;
use rayon::prelude::*;

use super::dimension::Dimension;
use super::ladder::Ladder;
use super::thresholds::Band;
use crate::Result;
use crate::schema::customers;
use crate::table;

/// One text per score of a dimension: which values earn it.
pub(super) type Ranges = Vec<String>;

/// What the scores by rank say: the values of tonight's customers with the score.
pub(super) fn observed_ranges(dimension: Dimension, bands: &[Band]) -> Ranges {
    let worst = bands.iter().position(|b| b.bounds().is_some());
    let best = bands.iter().rposition(|b| b.bounds().is_some());
    let text = |(index, band): (usize, &Band)| match band.bounds() {
        None => "nobody".to_owned(),
        Some((lower, upper)) if dimension.is_whole() && lower < upper => format!("{lower}-{upper}"),
        Some((lower, _)) if dimension.is_whole() => lower.to_string(),
        Some((lower, _)) if best == Some(index) => format!("{lower:.2} or more"),
        Some((_, upper)) if worst == Some(index) => format!("{upper:.2} or less"),
        Some((lower, upper)) => format!("{lower:.2} to {upper:.2}"),
    };
    bands.iter().enumerate().map(text).collect()
}

/// What given thresholds say: the one that earned the score, or that the lowest score misses all.
pub(super) fn given_ranges(dimension: Dimension, ladder: &Ladder, k: u8) -> Ranges {
    let bound = |value: f64| if dimension.is_whole() { value.to_string() } else { format!("{value:.2}") };
    let (met, missed) = match dimension {
        Dimension::Recency => ("or less", "more than"),
        Dimension::Frequency | Dimension::Monetary => ("or more", "less than"),
    };
    let lowest = (2..=k).find_map(|score| ladder.earns(score));
    let text = |score: u8| match (score, ladder.earns(score), lowest) {
        (1, _, Some(lowest)) => format!("{missed} {}", bound(lowest)),
        (1, _, None) => "no thresholds".to_owned(),
        (_, Some(value), _) => format!("{} {met}", bound(value)),
        (_, None, _) => "nobody".to_owned(),
    };
    (1..=k).map(text).collect()
}

/// What is known of one customer: scores in the order of a cell.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    /// There is a counting order in the window.
    pub(super) bought: bool,
    pub(super) scores: [Option<u8>; 3],
    /// Money was spent, but not more than was given back.
    pub(super) unpaid: bool,
    /// Where all three scores are known.
    pub(super) cell: Option<usize>,
}

/// The parts of the sentences that many customers share, written once.
pub(super) struct Phrases {
    /// For each dimension and score, such as ` -> 5 (0-150)`.
    scored: [Vec<String>; 3],
    /// For each cell, such as `cell 555 -> champions`.
    named: Vec<String>,
    /// For customers without a counting order.
    nothing: String,
}

impl Phrases {
    /// Phrases from the ranges of each score and the (name, segment) of each cell.
    pub(super) fn new<'a>(
        ranges: [&[String]; 3],
        cells: impl Iterator<Item = (&'a str, &'a str)>,
        window_days: Option<u32>,
    ) -> Self {
        let scored = |ranges: &[String], one: &str, many: &str| {
            let scored = |(score, range): (u8, &String)| match range.as_str() {
                "nobody" | "no thresholds" => format!(" -> {score} ({range})"),
                "1" => format!(" -> {score} (1{one})"),
                range => format!(" -> {score} ({range}{many})"),
            };
            (1..).zip(ranges).map(scored).collect()
        };
        let [recency, frequency, monetary] = ranges;
        Self {
            scored: [
                scored(recency, " day", " days"),
                scored(frequency, " order", " orders"),
                scored(monetary, "", ""),
            ],
            named: cells.map(|(cell, segment)| format!("cell {cell} -> {segment}")).collect(),
            nothing: match window_days {
                Some(days) => format!("no counting order in {days} days"),
                None => "no counting order".to_owned(),
            },
        }
    }

    /// The `rfm_why` column. Customers with the same scores share a sentence; their values stand in columns of
    /// their own.
    pub(super) fn column(&self, rows: usize, known: impl Fn(usize) -> Known + Sync) -> Result<Column> {
        let size = self.scored.each_ref().map(|s| s.len() + 1);
        let kind = |row| {
            let customer = known(row);
            let [r, f, m] = customer.scores.map(|s| usize::from(s.unwrap_or_default()));
            let kind = ((r * size[1] + f) * size[2] + m) * 2 + usize::from(customer.unpaid);
            if customer.bought { kind as u32 + 1 } else { 0 }
        };
        let mut which: Vec<u32> = (0..rows).into_par_iter().map(kind).collect();
        let mut places = vec![None; 2 * size[0] * size[1] * size[2] + 1];
        let mut sentences = Vec::new();
        for (row, kind) in which.iter().enumerate() {
            if places[*kind as usize].is_none() {
                places[*kind as usize] = Some(sentences.len() as u32);
                let customer = known(row);
                sentences.push(if customer.bought { self.sentence(&customer) } else { self.nothing.clone() });
            }
        }
        let places: Vec<u32> = places.into_iter().map(Option::unwrap_or_default).collect();
        which.par_iter_mut().for_each(|kind| *kind = places[*kind as usize]);
        table::chosen(customers::RFM_WHY, &sentences, which.into_iter().map(Some))
    }

    fn sentence(&self, customer: &Known) -> String {
        let mut text = String::new();
        for (index, dimension) in Dimension::ALL.into_iter().enumerate() {
            text.push_str(word(dimension));
            match customer.scores[index] {
                Some(score) => text.push_str(&self.scored[index][usize::from(score) - 1]),
                None => text.push_str(" unknown"),
            }
            let unpaid = dimension == Dimension::Monetary && customer.unpaid;
            text.push_str(if unpaid { ", non_positive_spend; " } else { "; " });
        }
        text.push_str(customer.cell.map_or("no cell", |cell| &self.named[cell]));
        text
    }
}

fn word(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Recency => "recency",
        Dimension::Frequency => "frequency",
        Dimension::Monetary => "monetary",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn band(lower: f64, upper: f64) -> Band {
        let mut band = Band::of(lower);
        band.merge(&Band::of(upper));
        band
    }

    #[test]
    fn observed_ranges_name_the_customers_values() {
        let days =
            observed_ranges(Dimension::Recency, &[band(512.0, 545.0), Band::default(), band(0.0, 0.0)]);
        assert_eq!(days, ["512-545", "nobody", "0"]);
        let money = [band(0.0, 15.36), band(15.54, 31.95), band(130.54, 6552.7)];
        let money = observed_ranges(Dimension::Monetary, &money);
        assert_eq!(money, ["15.36 or less", "15.54 to 31.95", "130.54 or more"]);
    }

    #[test]
    fn given_ranges_name_the_threshold() {
        let days = Ladder::from_thresholds(Dimension::Recency, &[30.0, 90.0]);
        assert_eq!(given_ranges(Dimension::Recency, &days, 3), ["more than 90", "90 or less", "30 or less"]);
        let money = Ladder::from_thresholds(Dimension::Monetary, &[9.5, 100.0]);
        let money = given_ranges(Dimension::Monetary, &money, 3);
        assert_eq!(money, ["less than 9.50", "9.50 or more", "100.00 or more"]);
    }

    #[test]
    fn sentences_name_scores_thresholds_and_rule() {
        let ranges = [["512-545", "0-150"], ["1", "6-44"], ["15.36 or less", "130.54 or more"]];
        let ranges = ranges.map(|r| r.map(str::to_owned).to_vec());
        let best = Known { bought: true, scores: [Some(2); 3], unpaid: false, cell: Some(1) };
        let worst = Known { bought: true, scores: [Some(1); 3], unpaid: true, cell: Some(0) };
        let unknown = Known { scores: [Some(1), Some(1), None], unpaid: false, cell: None, ..worst };
        let never = Known { bought: false, scores: [None; 3], unpaid: false, cell: None };
        let cells = [("111", "lost"), ("222", "champions")].into_iter();
        let phrases = Phrases::new(ranges.each_ref().map(Vec::as_slice), cells, None);
        let all = [best, worst, unknown, best, never];
        let column = phrases.column(all.len(), |row| all[row]).unwrap();
        let texts: Vec<_> = table::each_text(&column).unwrap().into_iter().flatten().collect();
        let of_best = "recency -> 2 (0-150 days); frequency -> 2 (6-44 orders); \
                       monetary -> 2 (130.54 or more); cell 222 -> champions";
        assert_eq!(
            texts,
            [
                of_best,
                "recency -> 1 (512-545 days); frequency -> 1 (1 order); \
                 monetary -> 1 (15.36 or less), non_positive_spend; cell 111 -> lost",
                "recency -> 1 (512-545 days); frequency -> 1 (1 order); monetary unknown; no cell",
                of_best,
                "no counting order",
            ]
        );
    }
}
