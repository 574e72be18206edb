//! Recency, frequency, monetary: three scores per customer, and a name for where they meet.
//!
//! The stage reads `recency_days`, `frequency` and `monetary` (how they are counted is the business
//! of `activity`) and gives each customer a score from 1 to k in each dimension, high being good.
//! Equal values get equal scores, a better value never gets a lower score, and file order cannot
//! matter, because scores are given to distinct values, not to rows:
//!
//! 1. a [`Dimension`] says which end is the good one;
//! 2. its distribution is counted and cut by rank, or own or frozen thresholds are taken;
//! 3. either way a ladder results, the value that earns each score, which scores every customer;
//! 4. the three scores are a cell of the cube, and the [`SegmentMap`] names every cell.
//!
//! Books disagree on frequency: here it counts orders, the first one included; the repeat counts of
//! the lifetime models are another quantity. Customers who bought once form score 1 of their own
//! (`repeat_split`), since plain quantiles of mostly equal counts leave scores that nobody has.
//! A customer without a counting order has no scores; a customer with unknown money has two scores
//! and no cell. Cost: linear in customers.

mod dimension;
mod distribution;
mod ladder;
mod map;
mod named_maps;
mod params;
mod quantile;
mod thresholds;
mod values;
mod why;

use polars::prelude::*;
use rayon::prelude::*;

pub use dimension::Dimension;
pub use map::{NamedMap, Segment, SegmentMap};
pub use params::{FixedThresholds, FrequencyMethod, MonetaryBasis, RfmParams, Scoring};
pub use thresholds::{ThresholdRow, threshold_rows};

use crate::schema::customers as columns;
use crate::{Error, Result, Warning, table};
use distribution::Distribution;
use ladder::Ladder;
use thresholds::Band;
use values::Values;
use why::{Known, Phrases, Ranges};

/// What the stage hands on.
#[derive(Clone, Debug)]
pub struct Rfm {
    /// The customers with `r_score`, `f_score`, `m_score`, `rfm_cell`, `rfm_score`, `rfm_segment`
    /// and `rfm_why`.
    pub customers: DataFrame,
    /// The `rfm_thresholds` table.
    pub thresholds: DataFrame,
    /// `degenerate_dimension` where a score tells nobody apart.
    pub warnings: Vec<Warning>,
}

/// Scores and names every customer.
///
/// `customers` has one row per customer with `recency_days` (i32, null without a counting order),
/// `frequency` (u32) and `monetary` (f64). `frozen` are the rows of `frozen_file`, needed only for
/// `scoring = "frozen"`.
///
/// # Errors
/// `Config` when the parameters or the frozen rows do not fit, `Internal` when a column is absent.
pub fn run(customers: DataFrame, params: &RfmParams, frozen: Option<&[ThresholdRow]>) -> Result<Rfm> {
    params.check()?;
    let map = params.segment_map()?;
    let figures = values::figures(&customers)?;
    let [days, orders, money] = &values::values(&figures)?;
    let score = |dimension, values| score(dimension, values, params, frozen);
    // Money takes longest, because nearly all amounts differ: beside it the other two.
    let (m, (r, f)) = rayon::join(
        || score(Dimension::Monetary, money),
        || rayon::join(|| score(Dimension::Recency, days), || score(Dimension::Frequency, orders)),
    );
    let scored = [r?, f?, m?];
    let cells = cells(&scored, &map);
    let cube = Cube::new(&map, params);
    let (why, (labels, scores)) = rayon::join(
        || why(money, &scored, &cells, &cube, &map, params),
        || rayon::join(|| cube.columns(&cells, &map), || score_columns(&scored)),
    );
    let thresholds = thresholds::to_table(scored.each_ref().map(|s| s.bands.as_slice()))?;
    let warnings = degenerate(&scored);
    let columns = scores.into_iter().chain(labels?).chain([why?]).collect();
    Ok(Rfm { customers: table::with(customers, columns)?, thresholds, warnings })
}

/// One dimension scored.
struct Scored {
    scores: Vec<Option<u8>>,
    bands: Vec<Band>,
    ranges: Ranges,
}

fn score(
    dimension: Dimension,
    values: &Values<'_>,
    params: &RfmParams,
    frozen: Option<&[ThresholdRow]>,
) -> Result<Scored> {
    let k = params.scores;
    let ladder = match params.scoring {
        Scoring::Quantile => by_rank(dimension, values, params),
        Scoring::Fixed => Ladder::from_thresholds(dimension, params.fixed_thresholds(dimension)?),
        Scoring::Frozen => {
            let rows = frozen.ok_or_else(|| Error::internal("frozen thresholds were not read"))?;
            thresholds::check_frozen(rows, dimension, k)?;
            Ladder::from_frozen(dimension, rows)
        }
        Scoring::CompatCranRfm => {
            let breaks = quantile::cran_breaks(&Distribution::of(dimension, values), dimension, k);
            Ladder::from_cran_breaks(dimension, &breaks)
        }
    };
    let (scores, bands) = scored(values, &ladder, k);
    let ranges = match params.scoring {
        Scoring::Quantile => why::observed_ranges(dimension, &bands),
        _ => why::given_ranges(dimension, &ladder, k),
    };
    Ok(Scored { scores, bands, ranges })
}

/// The score of each customer, and the band of each score 1..=k.
fn scored(values: &Values<'_>, ladder: &Ladder, k: u8) -> (Vec<Option<u8>>, Vec<Band>) {
    const PART: usize = 1 << 15;
    let mut scores = vec![None; values.len()];
    let of_part = |(part, scores): (usize, &mut [Option<u8>])| {
        let mut bands = vec![Band::default(); usize::from(k)];
        for (row, score) in (part * PART..).zip(scores) {
            let Some(value) = values.get(row) else { continue };
            let earned = ladder.score(value);
            *score = Some(earned);
            bands[usize::from(earned) - 1].merge(&Band::of(value));
        }
        bands
    };
    let parts: Vec<Vec<Band>> = scores.par_chunks_mut(PART).enumerate().map(of_part).collect();
    let mut bands = vec![Band::default(); usize::from(k)];
    for part in parts {
        bands.iter_mut().zip(&part).for_each(|(band, own)| band.merge(own));
    }
    (scores, bands)
}

fn by_rank(dimension: Dimension, values: &Values<'_>, params: &RfmParams) -> Ladder {
    let method = match (dimension, params.frequency_method) {
        (Dimension::Frequency, FrequencyMethod::RepeatSplit) => quantile::repeat_split,
        (Dimension::Frequency, FrequencyMethod::MidRank) => quantile::mid_rank,
        (Dimension::Frequency, FrequencyMethod::MeanSplit) => quantile::mean_split,
        (Dimension::Recency | Dimension::Frequency, _) => quantile::strict_worse,
        // Counting whole numbers is quick; nearly all amounts differ.
        (Dimension::Monetary, _) => {
            let keys = values.known().map(|value| dimension.key(value)).collect();
            return Ladder::from_rungs(dimension, quantile::strict_worse_rungs(keys, params.scores));
        }
    };
    let distribution = Distribution::of(dimension, values);
    Ladder::from_scores(dimension, &distribution, &method(&distribution, params.scores))
}

/// The cell of each customer whose three scores are known.
fn cells(scored: &[Scored; 3], map: &SegmentMap) -> Vec<Option<u16>> {
    let [r, f, m] = scored.each_ref().map(|s| &s.scores);
    let cell = |row: usize| Some(map.cell([r[row]?, f[row]?, m[row]?]) as u16);
    (0..r.len()).into_par_iter().map(cell).collect()
}

/// What each cell of the score cube says: name and weighted score, worked out once per cell.
struct Cube {
    names: Vec<String>,
    /// Σ w·s / Σ w, in 1..=k.
    scores: Vec<f64>,
}

impl Cube {
    fn new(map: &SegmentMap, params: &RfmParams) -> Self {
        let [r, f, m] = params.weights;
        let score = |cell| {
            let s = map::cell_scores(cell, params.scores).map(f64::from);
            (r * s[0] + f * s[1] + m * s[2]) / (r + f + m)
        };
        Self {
            names: (0..map.len()).map(|cell| map::cell_name(cell, params.scores)).collect(),
            scores: (0..map.len()).map(score).collect(),
        }
    }

    /// The columns `rfm_cell`, `rfm_score` and `rfm_segment`.
    fn columns(&self, cells: &[Option<u16>], map: &SegmentMap) -> Result<[Column; 3]> {
        let which = || cells.iter().map(|cell| cell.map(u32::from));
        let segments: Vec<&str> = (0..map.len()).map(|cell| map.segment(cell)).collect();
        let scores = cells.iter().map(|cell| cell.map(|cell| self.scores[usize::from(cell)]));
        let (cell, (segment, score)) = rayon::join(
            || table::chosen(columns::RFM_CELL, &self.names, which()),
            || {
                rayon::join(
                    || table::chosen(columns::RFM_SEGMENT, &segments, which()),
                    || table::f64_column(columns::RFM_SCORE, scores),
                )
            },
        );
        Ok([cell?, score, segment?])
    }
}

fn score_columns(scored: &[Scored; 3]) -> [Column; 3] {
    let of = |name, scored: &Scored| table::u8_column(name, scored.scores.iter().copied());
    let [r, f, m] = scored;
    let (r, (f, m)) = rayon::join(
        || of(columns::R_SCORE, r),
        || rayon::join(|| of(columns::F_SCORE, f), || of(columns::M_SCORE, m)),
    );
    [r, f, m]
}

/// The `rfm_why` column.
fn why(
    money: &Values<'_>,
    scored: &[Scored; 3],
    cells: &[Option<u16>],
    cube: &Cube,
    map: &SegmentMap,
    params: &RfmParams,
) -> Result<Column> {
    let labels = cube.names.iter().enumerate().map(|(cell, name)| (name.as_str(), map.segment(cell)));
    let ranges = scored.each_ref().map(|s| s.ranges.as_slice());
    Phrases::new(ranges, labels, params.window_days).column(cells.len(), |row| Known {
        bought: scored[0].scores[row].is_some(),
        scores: [0, 1, 2].map(|d| scored[d].scores[row]),
        unpaid: money.get(row).is_some_and(|money| money <= 0.0),
        cell: cells[row].map(usize::from),
    })
}

/// A warning for each dimension on which all customers are equal.
fn degenerate(scored: &[Scored; 3]) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for (dimension, scored) in Dimension::ALL.into_iter().zip(scored) {
        let mut bounds = scored.bands.iter().filter_map(Band::bounds);
        if let (Some((lower, upper)), None) = (bounds.next(), bounds.next())
            && lower.total_cmp(&upper).is_eq()
        {
            let message =
                format!("every customer has `{}` {lower}, so its score tells nobody apart", dimension.name());
            let warning = Warning::new("degenerate_dimension", message);
            warnings.push(warning.with("measure", dimension.name()).with("value", lower));
        }
    }
    warnings
}

#[cfg(test)]
mod tests;
