//! How good a clustering is, figures by which numbers of clusters are compared.

use rayon::prelude::*;

use super::kmeans::{Rows, squared_distance};
use crate::math::sum::{CHUNK, Sum};

/// Figures of one clustering.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Quality {
    /// Number of clusters.
    pub(super) k: usize,
    /// Sum of squared distances of the rows to their centres.
    pub(super) inertia: f64,
    /// Mean of (b − a)/max(a, b), a the distance to the own centre, b to the nearest other one (Hruschka et
    /// al. 2004); −1 to 1, high is good. `None` for one cluster.
    pub(super) simplified_silhouette: Option<f64>,
    /// Variance between clusters to variance within, [B/(k − 1)]/[W/(n − k)] (Caliński & Harabasz 1974); high
    /// is good. `None` where a term is undefined.
    pub(super) calinski_harabasz: Option<f64>,
    /// Mean over clusters of the worst (σᵢ + σⱼ)/‖cᵢ − cⱼ‖, σ the mean distance to the centre (Davies & Bouldin
    /// 1979); low is good. `None` for one cluster or equal centres.
    pub(super) davies_bouldin: Option<f64>,
    /// Share of the rows in the smallest cluster.
    pub(super) smallest_share: f64,
}

impl Quality {
    /// The figures of a clustering. `total` is the sum of squared distances to the mean of all rows.
    pub(super) fn of(
        rows: Rows<'_>,
        centres: &[f64],
        labels: &[u16],
        sizes: &[u32],
        total: f64,
        inertia: f64,
    ) -> Self {
        let (n, k) = (rows.len() as f64, sizes.len());
        let spread = Spread::of(rows, centres, labels, k);
        let between = (total - inertia) / (k as f64 - 1.0);
        let within = inertia / (n - k as f64);
        Self {
            k,
            inertia,
            simplified_silhouette: (k > 1).then(|| spread.silhouettes.value() / n),
            calinski_harabasz: Some(between / within).filter(|ratio| k > 1 && ratio.is_finite()),
            davies_bouldin: davies_bouldin(Rows::new(centres, rows.width()), &spread, sizes),
            smallest_share: f64::from(sizes.iter().copied().min().unwrap_or(0)) / n,
        }
    }
}

/// Sums over the rows.
struct Spread {
    silhouettes: Sum,
    /// Distances to the own centre, per cluster.
    distances: Vec<Sum>,
}

impl Spread {
    fn of(rows: Rows<'_>, centres: &[f64], labels: &[u16], k: usize) -> Self {
        let chunk = |(rows, labels): (Rows<'_>, &[u16])| {
            let mut spread = Self { silhouettes: Sum::default(), distances: vec![Sum::default(); k] };
            for (row, &label) in rows.iter().zip(labels) {
                let own = usize::from(label);
                let (a, next) = own_and_next(row, centres, own);
                if let Some((_, b)) = next.filter(|&(_, b)| a.max(b) > 0.0) {
                    spread.silhouettes.add((b - a) / a.max(b));
                }
                spread.distances[own].add(a);
            }
            spread
        };
        let chunks: Vec<Self> = rows.chunks().zip(labels.par_chunks(CHUNK)).map(chunk).collect();
        let mut all = Self { silhouettes: Sum::default(), distances: vec![Sum::default(); k] };
        for chunk in chunks {
            all.silhouettes.merge(chunk.silhouettes);
            all.distances.iter_mut().zip(chunk.distances).for_each(|(sum, part)| sum.merge(part));
        }
        all
    }
}

/// The distance of a row to its own centre, and the nearest other centre with the distance to it.
pub(super) fn own_and_next(row: &[f64], centres: &[f64], own: usize) -> (f64, Option<(usize, f64)>) {
    let (mut to_own, mut next) = (0.0, None);
    for (j, centre) in centres.chunks_exact(row.len().max(1)).enumerate() {
        let square = squared_distance(row, centre);
        if j == own {
            to_own = square;
        } else if next.is_none_or(|(_, nearest)| square < nearest) {
            next = Some((j, square));
        }
    }
    (to_own.sqrt(), next.map(|(j, square)| (j, square.sqrt())))
}

fn davies_bouldin(centres: Option<Rows<'_>>, spread: &Spread, sizes: &[u32]) -> Option<f64> {
    let (centres, k) = (centres?, sizes.len());
    if k < 2 {
        return None;
    }
    let sigma = |i: usize| spread.distances[i].value() / f64::from(sizes[i]);
    let likeness =
        |i: usize, j: usize| (sigma(i) + sigma(j)) / squared_distance(centres.row(i), centres.row(j)).sqrt();
    let worst = |i: usize| (0..k).filter(|&j| j != i).map(|j| likeness(i, j)).fold(0.0, f64::max);
    let mean = (0..k).map(worst).collect::<Sum>().value() / k as f64;
    mean.is_finite().then_some(mean)
}

/// The knee of an inertia curve over k = 1, 2, …, the number of clusters after which more of them help
/// little (Satopää et al. 2011, "kneedle", sensitivity 1); `None` for fewer than three points or a flat curve.
///
/// With both axes scaled to 0..1 and D = (1 − y) − x: the first local maximum of D after which D falls more
/// than a mean step of x below it before the next local maximum.
pub(super) fn knee(inertia: &[f64]) -> Option<usize> {
    let last = inertia.len().checked_sub(1).filter(|&last| last >= 2)?;
    let (low, high) = inertia.iter().fold((f64::INFINITY, 0.0), |(low, high), &w| (w.min(low), w.max(high)));
    if high <= low {
        return None;
    }
    let step = 1.0 / last as f64;
    let d: Vec<f64> = (0..=last).map(|i| 1.0 - (inertia[i] - low) / (high - low) - i as f64 * step).collect();
    let peaks: Vec<usize> = (1..last).filter(|&i| d[i] > d[i - 1] && d[i] >= d[i + 1]).collect();
    let falls = |(p, &peak): (usize, &usize)| {
        let until = peaks.get(p + 1).copied().unwrap_or(last + 1);
        (peak + 1..until).any(|i| d[i] < d[peak] - step)
    };
    peaks.iter().enumerate().find(|&(p, peak)| falls((p, peak))).map(|(_, &peak)| peak + 1)
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "the values compared are exact")]
mod tests {
    use super::super::kmeans::nearest;
    use super::*;
    use crate::clusters::golden::{Reference, close, numbers};

    #[test]
    fn figures_of_the_reference_clusterings() {
        for reference in Reference::all() {
            let rows = Rows::new(&reference.values, reference.d).unwrap();
            let total = reference.expected["total_ss"].as_f64().unwrap();
            for k in 2..=8 {
                let expected = reference.k(k);
                let centres = numbers(&expected["centroids"]);
                let labels: Vec<u16> = rows.iter().map(|row| nearest(row, &centres).0 as u16).collect();
                let sizes: Vec<u32> = numbers(&expected["sizes"]).iter().map(|&size| size as u32).collect();
                let inertia = expected["best_inertia"].as_f64().unwrap();
                let found = Quality::of(rows, &centres, &labels, &sizes, total, inertia);
                let found = [found.simplified_silhouette, found.calinski_harabasz, found.davies_bouldin];
                let wanted = ["simplified_silhouette", "calinski_harabasz", "davies_bouldin"]
                    .map(|name| expected[name].as_f64().unwrap());
                assert!(
                    close(&found.map(Option::unwrap), &wanted, 1e-9),
                    "{} k = {k}: {found:?}",
                    reference.name
                );
            }
        }
    }

    #[test]
    fn knees_of_the_reference_curves() {
        for reference in Reference::all() {
            let curve: Vec<f64> = (1..=8)
                .map(|k| reference.expected["inertia_curve"][k.to_string()].as_f64().unwrap())
                .collect();
            assert_eq!(
                knee(&curve),
                reference.expected["kneedle_S1"].as_u64().map(|k| k as usize),
                "{}",
                reference.name
            );
        }
    }

    #[test]
    fn curves_without_a_knee() {
        assert_eq!(knee(&[]), None);
        assert_eq!(knee(&[5.0, 1.0]), None);
        assert_eq!(knee(&[3.0, 3.0, 3.0]), None);
        assert_eq!(knee(&[4.0, 3.0, 2.0, 1.0]), None);
    }

    /// Rows 0, 2 | 10: a = 1, 1, 0 and b = 10 − 0, 10 − 2, 10 − 1; σ = 1, 0; centres 1 and 10 are 9 apart.
    #[test]
    fn a_clustering_by_hand() {
        let rows = Rows::new(&[0.0, 2.0, 10.0], 1).unwrap();
        let found = Quality::of(rows, &[1.0, 10.0], &[0, 0, 1], &[2, 1], 56.0, 2.0);
        assert_eq!(found.simplified_silhouette, Some((0.9 + 0.875 + 1.0) / 3.0));
        assert_eq!(found.calinski_harabasz, Some(54.0 / 2.0));
        assert_eq!(found.davies_bouldin, Some(1.0 / 9.0));
        assert_eq!(found.smallest_share, 1.0 / 3.0);
    }

    #[test]
    fn undefined_figures_are_missing() {
        let rows = Rows::new(&[1.0, 4.0], 1).unwrap();
        let one = Quality::of(rows, &[2.5], &[0, 0], &[2], 4.5, 4.5);
        assert_eq!(
            (one.simplified_silhouette, one.calinski_harabasz, one.davies_bouldin),
            (None, None, None)
        );
        let each = Quality::of(rows, &[1.0, 4.0], &[0, 1], &[1, 1], 4.5, 0.0);
        assert_eq!((each.simplified_silhouette, each.calinski_harabasz), (Some(1.0), None));
    }
}
