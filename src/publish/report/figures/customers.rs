//! One pass over the customers table, and only over the columns that pictures need.

use std::collections::BTreeMap;

use super::concentration::Concentration;
use super::histogram::{Cut, Histogram};
use crate::Result;
use crate::ingest::result_table::{ResultTable, floats, labels};
use crate::math::sum::Sum;
use crate::schema::customers as c;

/// Columns and rows of the density picture.
pub(in super::super) const GRID: (usize, usize) = (32, 22);
/// Named customers per quadrant, where naming is allowed.
const NAMED: usize = 5;

/// Customers of one cell of the recency × frequency map.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Cell {
    pub(in super::super) customers: u64,
    pub(in super::super) spend: Sum,
    /// Customers per segment.
    pub(in super::super) segments: BTreeMap<String, u64>,
}

impl Cell {
    /// The segment that most customers of the cell are in.
    pub(in super::super) fn segment(&self) -> Option<&str> {
        let most = self.segments.values().max()?;
        self.segments.iter().find(|(_, n)| *n == most).map(|(name, _)| name.as_str())
    }
}

/// A customer that may be named.
#[derive(Clone, Debug)]
pub(in super::super) struct Named {
    pub(in super::super) id: String,
    pub(in super::super) quadrant: String,
    pub(in super::super) loyalty: f64,
    pub(in super::super) satisfaction: f64,
    pub(in super::super) spend: f64,
}

/// What pictures need to know of the customers.
#[derive(Debug, Default)]
pub(in super::super) struct Customers {
    /// Rows of the table.
    pub(in super::super) number: u64,
    /// By recency and frequency score.
    pub(in super::super) cells: BTreeMap<(u8, u8), Cell>,
    pub(in super::super) recency: Option<Histogram>,
    pub(in super::super) frequency: Option<Histogram>,
    pub(in super::super) monetary: Option<Histogram>,
    /// Customers per place of loyalty (row, low first) and satisfaction (column, low first).
    pub(in super::super) density: Vec<Vec<u64>>,
    pub(in super::super) concentration: Option<Concentration>,
    pub(in super::super) named: Vec<Named>,
}

/// Values gathered over the row groups.
#[derive(Default)]
struct Gathered {
    recency: Vec<f64>,
    frequency: Vec<f64>,
    monetary: Vec<f64>,
    spend: Vec<f64>,
}

impl Customers {
    /// Reads the table; customers are named only where that is allowed.
    pub(in super::super) fn read(table: &ResultTable, may_name: bool) -> Result<Self> {
        let mut columns = vec![
            c::RECENCY_DAYS,
            c::FREQUENCY,
            c::MONETARY,
            c::SPEND_TOTAL,
            c::R_SCORE,
            c::F_SCORE,
            c::RFM_SEGMENT,
            c::SATISFACTION_SCORE,
            c::LOYALTY_INDEX,
        ];
        if may_name {
            columns.extend([c::CUSTOMER_ID, c::QUADRANT]);
        }
        let mut made = Self { number: table.rows() as u64, ..Self::default() };
        let mut gathered = Gathered::default();
        for batch in table.groups(&columns)? {
            let spend = floats(&batch, c::SPEND_TOTAL);
            gathered.add(&batch, &spend);
            made.add_cells(&batch, &spend);
            made.add_density(&batch);
            if may_name {
                made.add_named(&batch, &spend);
            }
        }
        let Gathered { recency, frequency, monetary, spend } = gathered;
        ((made.recency, made.frequency), (made.monetary, made.concentration)) = rayon::join(
            || (Histogram::of(&recency, Cut::Days), Histogram::of(&frequency, Cut::Whole)),
            || (Histogram::of(&monetary, Cut::Money), Concentration::of(spend)),
        );
        Ok(made)
    }

    fn add_cells(&mut self, batch: &arrow::array::RecordBatch, spend: &[Option<f64>]) {
        let (recency, frequency) = (floats(batch, c::R_SCORE), floats(batch, c::F_SCORE));
        let (names, segments) = labels(batch, c::RFM_SEGMENT);
        // Segments are counted by their place in the dictionary first: a name per row would be slow.
        let mut counts: BTreeMap<(u8, u8), Vec<u64>> = BTreeMap::new();
        for row in 0..spend.len() {
            let (Some(r), Some(f)) = (recency[row], frequency[row]) else { continue };
            let place = (r as u8, f as u8);
            let cell = self.cells.entry(place).or_default();
            cell.customers += 1;
            cell.spend.add(spend[row].unwrap_or(0.0));
            if let Some(segment) = segments[row] {
                counts.entry(place).or_insert_with(|| vec![0; names.len()])[segment] += 1;
            }
        }
        for (place, counts) in counts {
            let cell = self.cells.entry(place).or_default();
            for (name, n) in names.iter().zip(counts).filter(|(_, n)| *n > 0) {
                *cell.segments.entry(name.clone()).or_default() += n;
            }
        }
    }

    fn add_density(&mut self, batch: &arrow::array::RecordBatch) {
        let (columns, rows) = GRID;
        let bin = |value: f64, bins: usize| ((value * bins as f64) as usize).min(bins - 1);
        for (satisfaction, loyalty) in
            floats(batch, c::SATISFACTION_SCORE).into_iter().zip(floats(batch, c::LOYALTY_INDEX))
        {
            if let (Some(satisfaction), Some(loyalty)) = (satisfaction, loyalty) {
                if self.density.is_empty() {
                    self.density = vec![vec![0; columns]; rows];
                }
                self.density[bin(loyalty, rows)][bin(satisfaction, columns)] += 1;
            }
        }
    }

    /// Keeps the customers who spent most in each quadrant.
    fn add_named(&mut self, batch: &arrow::array::RecordBatch, spend: &[Option<f64>]) {
        let (quadrants, of) = labels(batch, c::QUADRANT);
        let (ids, id_of) = labels(batch, c::CUSTOMER_ID);
        let (satisfaction, loyalty) = (floats(batch, c::SATISFACTION_SCORE), floats(batch, c::LOYALTY_INDEX));
        for (at, quadrant) in quadrants.iter().enumerate() {
            let mut rows: Vec<usize> = (0..spend.len()).filter(|row| of[*row] == Some(at)).collect();
            rows.sort_by(|a, b| spend[*b].unwrap_or(0.0).total_cmp(&spend[*a].unwrap_or(0.0)).then(a.cmp(b)));
            for row in rows.into_iter().take(NAMED) {
                self.named.push(Named {
                    id: id_of[row].map(|id| ids[id].clone()).unwrap_or_default(),
                    quadrant: quadrant.clone(),
                    loyalty: loyalty[row].unwrap_or(0.0),
                    satisfaction: satisfaction[row].unwrap_or(0.0),
                    spend: spend[row].unwrap_or(0.0),
                });
            }
        }
        self.named.sort_by(|a, b| {
            a.quadrant.cmp(&b.quadrant).then(b.spend.total_cmp(&a.spend)).then(a.id.cmp(&b.id))
        });
        let mut kept: BTreeMap<String, usize> = BTreeMap::new();
        self.named.retain(|named| {
            let kept = kept.entry(named.quadrant.clone()).or_default();
            *kept += 1;
            *kept <= NAMED
        });
    }
}

impl Gathered {
    fn add(&mut self, batch: &arrow::array::RecordBatch, spend: &[Option<f64>]) {
        let recency = floats(batch, c::RECENCY_DAYS);
        let known = |values: Vec<Option<f64>>| {
            // Frequency and money of customers without an order are zeros that would hide the others.
            values.into_iter().zip(&recency).filter_map(|(v, r)| r.and(v)).collect::<Vec<_>>()
        };
        self.frequency.extend(known(floats(batch, c::FREQUENCY)));
        self.monetary.extend(known(floats(batch, c::MONETARY)));
        self.spend.extend(spend.iter().flatten());
        self.recency.extend(recency.into_iter().flatten());
    }
}
