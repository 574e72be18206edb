//! Counts of values in bins of equal width on the page, whatever their width in the data.

/// Bins at most.
const MOST_BINS: usize = 40;
/// Steps of a ladder of round numbers within a power of ten, fine and coarse.
const FINE: &[f64] = &[1.0, 1.5, 2.0, 3.0, 5.0, 7.0];
const COARSE: &[f64] = &[1.0, 2.0, 5.0];

/// How values are cut into bins.
#[derive(Clone, Copy, Debug)]
pub(in super::super) enum Cut {
    /// Days: steps of equal length from zero.
    Days,
    /// Whole numbers: one each while there are few, else a ladder of round numbers.
    Whole,
    /// Money: a ladder of round numbers; what is not above zero has a bin of its own.
    Money,
}

/// Counts per bin. Bin `i` holds values from `edges[i]` up to, and not including, `edges[i + 1]`.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) struct Histogram {
    pub(in super::super) edges: Vec<f64>,
    pub(in super::super) counts: Vec<u64>,
}

impl Histogram {
    /// Counts values; `None` without any.
    pub(in super::super) fn of(values: &[f64], cut: Cut) -> Option<Self> {
        let low = values.iter().copied().reduce(f64::min)?;
        let high = values.iter().copied().reduce(f64::max)?;
        let edges = match cut {
            Cut::Days => steps(high),
            Cut::Whole => whole(low, high),
            Cut::Money => money(values, low, high),
        };
        let mut counts = vec![0; edges.len() - 1];
        for value in values {
            let bin = edges.partition_point(|edge| edge <= value).clamp(1, counts.len()) - 1;
            counts[bin] += 1;
        }
        Some(Self { edges, counts })
    }

    /// Where a value lies across the picture, 0 to 100.
    pub(in super::super) fn place(&self, value: f64) -> f64 {
        let bins = self.counts.len() as f64;
        let at = self.edges.partition_point(|edge| *edge <= value);
        if at == 0 {
            return 0.0;
        }
        let Some(upper) = self.edges.get(at) else { return 100.0 };
        let lower = self.edges[at - 1];
        ((at - 1) as f64 + (value - lower) / (upper - lower)) / bins * 100.0
    }
}

/// Edges at the smallest round step that needs few enough bins.
fn steps(high: f64) -> Vec<f64> {
    const ROUND: [f64; 12] = [1.0, 2.0, 5.0, 7.0, 10.0, 14.0, 30.0, 60.0, 90.0, 180.0, 365.0, 730.0];
    let fits = |step: f64| high / step < MOST_BINS as f64;
    let step = ROUND.into_iter().find(|s| fits(*s)).unwrap_or_else(|| (high / 36.5).ceil());
    let bins = (high / step).floor() as usize + 1;
    (0..=bins).map(|i| i as f64 * step).collect()
}

fn whole(low: f64, high: f64) -> Vec<f64> {
    if high - low < 24.0 {
        let bins = (high - low) as usize + 1;
        return (0..=bins).map(|i| low + i as f64).collect();
    }
    let mut edges = vec![low];
    edges.extend(ladder(low + 1.0, high, &[1.0, 2.0, 3.0, 4.0, 5.0, 7.0], 1.0));
    edges
}

fn money(values: &[f64], low: f64, high: f64) -> Vec<f64> {
    let smallest = values.iter().copied().filter(|v| *v > 0.0).reduce(f64::min);
    let Some(smallest) = smallest else { return vec![low.min(0.0) - 1.0, 1.0] };
    let mut edges = ladder(smallest, high, FINE, 0.0);
    if edges.len() > MOST_BINS {
        edges = ladder(smallest, high, COARSE, 0.0);
    }
    if low <= 0.0 {
        edges.insert(0, low - 1.0);
    }
    edges
}

/// Round numbers from the last one at or below `low` to the first one above `high`.
fn ladder(low: f64, high: f64, steps: &[f64], at_least: f64) -> Vec<f64> {
    let (first, last) = (low.log10().floor() as i32, high.log10().floor() as i32 + 1);
    let all: Vec<f64> = (first..=last)
        .flat_map(|power| {
            steps.iter().map(
                move |step| if power < 0 { step / 10_f64.powi(-power) } else { step * 10_f64.powi(power) },
            )
        })
        .filter(|edge| *edge >= at_least)
        .collect();
    let start = all.partition_point(|edge| *edge <= low).max(1) - 1;
    let end = all.partition_point(|edge| *edge <= high).min(all.len() - 1);
    all[start..=end].to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_in_one_bin_that_holds_it() {
        let spans: [(&[f64], Cut); 5] = [
            (&[0.0, 3.0, 729.0], Cut::Days),
            (&[1.0, 1.0, 6.0], Cut::Whole),
            (&[1.0, 2.0, 48.0, 300.0], Cut::Whole),
            (&[-5.0, 0.0, 0.35, 12.0, 4099.99], Cut::Money),
            (&[1e5, 2.5e9], Cut::Money),
        ];
        for (values, cut) in spans {
            let histogram = Histogram::of(values, cut).unwrap();
            assert_eq!(histogram.counts.iter().sum::<u64>(), values.len() as u64);
            assert!(histogram.counts.len() <= MOST_BINS, "{cut:?} {}", histogram.counts.len());
            assert!(histogram.edges.is_sorted());
            for value in values {
                assert!(*value >= histogram.edges[0] && value < histogram.edges.last().unwrap(), "{value}");
                let place = histogram.place(*value);
                let bin = (place / 100.0 * histogram.counts.len() as f64 + 1e-9) as usize;
                assert!(histogram.edges[bin] <= *value && *value < histogram.edges[bin + 1], "{value} {bin}");
            }
        }
        assert_eq!(Histogram::of(&[], Cut::Days), None);
    }

    #[test]
    fn one_value_makes_one_bin() {
        assert_eq!(Histogram::of(&[0.0], Cut::Days).unwrap().counts, [1]);
        assert_eq!(Histogram::of(&[1.0, 1.0], Cut::Whole).unwrap().edges, [1.0, 2.0]);
        assert_eq!(Histogram::of(&[0.0], Cut::Money).unwrap().counts, [1]);
    }
}
