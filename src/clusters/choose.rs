//! Which number of clusters: tries them and takes the one whose clusters stand apart most clearly.
//!
//! Two clusters are not a candidate of their own accord: on skewed purchase data they always win, and say
//! only who buys and who does not.

use linfa::ParamGuard;

use super::kmeans::{KMeans, KMeansParams, Rows};
use super::params::{ClustersParams, K};
use super::quality::{Quality, knee};
use crate::{Error, Result, Warning};

/// The clustering in force and the figures of all that were tried.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    /// The clustering in force.
    pub(super) model: KMeans,
    /// One entry per k tried, ascending.
    pub(super) tried: Vec<Quality>,
    /// Where more clusters begin to help little, by the inertia of all k from 1 on.
    pub(super) knee: Option<usize>,
    /// What the reader of the result should know.
    pub(super) warnings: Vec<Warning>,
}

/// Clusters the rows, with the given k or the best of `k_min` to `k_max`. `start` holds last night's centres in
/// the space of the rows, or nothing.
///
/// # Errors
/// `Internal` when k-means refuses rows or parameters that were checked before.
pub(super) fn choose(rows: Rows<'_>, params: &ClustersParams, seed: u64, start: &[f64]) -> Result<Choice> {
    let one = fit(rows, 1, params, seed)?;
    let total = one.inertia();
    let mut choice = match params.k {
        K::Given(k) => given(rows, usize::from(k), total, params, seed)?,
        K::Auto => automatic(rows, one, params, seed)?,
    };
    keep_to(&mut choice, rows, params, seed, total, start)?;
    if !choice.model.converged() {
        let message = format!(
            "customers were still changing clusters after {} passes; raise `[clusters] max_iter`",
            params.max_iter
        );
        choice.warnings.push(Warning::new("clusters_not_settled", message).with("n", params.max_iter));
    }
    Ok(choice)
}

/// Inertia may be so many times the least one found before last night's centres are given up for better ones.
const NO_WORSE: f64 = 1.01;

/// Stays with last night's centres where they lead to clusters that are about as good.
fn keep_to(
    choice: &mut Choice,
    rows: Rows<'_>,
    params: &ClustersParams,
    seed: u64,
    total: f64,
    start: &[f64],
) -> Result<()> {
    let k = choice.model.sizes().len();
    if start.is_empty() || start.len() != k * rows.width() {
        return Ok(());
    }
    let warm = params_for(k, params, seed).check()?.fit_from(rows.values(), rows.width(), start)?;
    if warm.sizes().len() == k && warm.inertia() <= NO_WORSE * choice.model.inertia() {
        let found = quality(rows, &warm, total);
        choice.tried.iter_mut().filter(|quality| quality.k == k).for_each(|quality| *quality = found);
        choice.model = warm;
    }
    Ok(())
}

fn given(rows: Rows<'_>, k: usize, total: f64, params: &ClustersParams, seed: u64) -> Result<Choice> {
    let model = fit(rows, k, params, seed)?;
    let found = model.sizes().len();
    let warnings = if found < k { vec![few_distinct(found, k)] } else { Vec::new() };
    Ok(Choice { tried: vec![quality(rows, &model, total)], model, knee: None, warnings })
}

/// Begins with all rows in `one` cluster.
fn automatic(rows: Rows<'_>, one: KMeans, params: &ClustersParams, seed: u64) -> Result<Choice> {
    let total = one.inertia();
    let mut one = Some(one);
    let (k_min, k_max) = (usize::from(params.k_min), usize::from(params.k_max));
    let distinct = rows.distinct(k_max);
    let mut tried = Vec::new();
    let mut best: Option<(Rank, KMeans)> = None;
    for k in 1..=k_max.min(distinct) {
        let model = match one.take() {
            Some(one) => one,
            None => fit(rows, k, params, seed)?,
        };
        let found = quality(rows, &model, total);
        let rank = Rank::of(&found, params.smallest_share);
        if k >= k_min.min(distinct) && best.as_ref().is_none_or(|(before, _)| rank > *before) {
            best = Some((rank, model));
        }
        tried.push(found);
    }
    let (rank, model) =
        best.ok_or_else(|| Error::internal("there are no rows to choose a number of clusters for"))?;
    let mut warnings = Vec::new();
    if distinct < k_min {
        warnings.push(few_distinct(distinct, k_min));
    } else if !rank.even {
        warnings.push(uneven(model.sizes(), params));
    }
    let curve: Vec<f64> = tried.iter().map(|quality| quality.inertia).collect();
    Ok(Choice { model, knee: knee(&curve), tried, warnings })
}

/// What makes one number of clusters better than another: first that no cluster is too small, then the
/// simplified silhouette; among those with too small a cluster, the size of the smallest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    even: bool,
    /// In billionths, so that rounding does not decide.
    score: i64,
}

impl Rank {
    fn of(quality: &Quality, smallest_share: f64) -> Self {
        let even = quality.smallest_share >= smallest_share;
        let score = if even { quality.simplified_silhouette.unwrap_or(-1.0) } else { quality.smallest_share };
        Self { even, score: (score * 1e9).round_ties_even() as i64 }
    }
}

fn few_distinct(found: usize, wanted: usize) -> Warning {
    let message =
        format!("customers have only {found} different sets of measures: {found} clusters, not {wanted}");
    Warning::new("few_distinct_customers", message).with("found", found).with("wanted", wanted)
}

fn uneven(sizes: &[u32], params: &ClustersParams) -> Warning {
    let total: u32 = sizes.iter().sum();
    let smallest = sizes.iter().copied().min().unwrap_or(0);
    let message = format!(
        "no number of clusters from {} to {} gives every cluster {} % of the customers; {} come closest, the \
         smallest with {smallest} of {total}",
        params.k_min,
        params.k_max,
        params.smallest_share * 100.0,
        sizes.len()
    );
    Warning::new("small_cluster", message)
        .with("k_min", params.k_min)
        .with("k_max", params.k_max)
        .with("percent", params.smallest_share * 100.0)
        .with("k", sizes.len())
        .with("smallest", smallest)
        .with("all", total)
}

fn quality(rows: Rows<'_>, model: &KMeans, total: f64) -> Quality {
    let centres: Vec<f64> = model.centroids().iter().copied().collect();
    Quality::of(rows, &centres, model.labels(), model.sizes(), total, model.inertia())
}

fn fit(rows: Rows<'_>, k: usize, params: &ClustersParams, seed: u64) -> Result<KMeans> {
    Ok(params_for(k, params, seed).check()?.fit_rows(rows.values(), rows.width())?)
}

fn params_for(k: usize, params: &ClustersParams, seed: u64) -> KMeansParams {
    KMeansParams::new(k)
        .n_init(params.n_init)
        .swaps(params.swaps)
        .max_iter(params.max_iter)
        .tolerance(params.tolerance)
        .sample_rows(params.sample_rows)
        .seed(seed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clusters::golden::{Reference, close};

    fn of(values: &[f64], params: &ClustersParams) -> Choice {
        choose(Rows::new(values, 1).unwrap(), params, 1, &[]).unwrap()
    }

    #[test]
    fn cdnow_has_three_clusters() {
        let reference = &Reference::all()[2];
        let rows = Rows::new(&reference.values, reference.d).unwrap();
        let found = choose(rows, &ClustersParams::default(), 1, &[]).unwrap();
        let mut sizes = found.model.sizes().to_vec();
        sizes.sort_unstable();
        assert_eq!(sizes, [307, 679, 1_371]);
        assert_eq!(found.knee, Some(3));
        assert!(found.warnings.is_empty());
        assert_eq!(
            found.tried.iter().map(|quality| quality.k).collect::<Vec<_>>(),
            (1..=8).collect::<Vec<_>>()
        );
        // k = 1 to 4 reach the reference exactly; beyond, the best known is a little better than it
        let inertia: Vec<f64> = found.tried[..4].iter().map(|quality| quality.inertia).collect();
        let wanted: Vec<f64> =
            (1..=4).map(|k| reference.expected["inertia_curve"][k.to_string()].as_f64().unwrap()).collect();
        assert!(close(&inertia, &wanted, 1e-9), "{inertia:?}");
        let silhouettes: Vec<f64> =
            found.tried[1..4].iter().map(|quality| quality.simplified_silhouette.unwrap()).collect();
        let wanted = [2, 3, 4].map(|k| reference.k(k)["simplified_silhouette"].as_f64().unwrap());
        assert!(close(&silhouettes, &wanted, 1e-9), "{silhouettes:?}");
    }

    #[test]
    fn a_given_number_is_not_questioned() {
        let params = ClustersParams { k: K::Given(2), ..ClustersParams::default() };
        let found = of(&[0.0, 0.1, 5.0, 5.1, 9.0, 9.1], &params);
        assert_eq!((found.tried.len(), found.model.sizes().len(), found.knee), (1, 2, None));
    }

    #[test]
    fn fewer_distinct_rows_than_clusters_are_said_so() {
        let params = ClustersParams { k: K::Given(4), ..ClustersParams::default() };
        let found = of(&[1.0, 1.0, 2.0, 2.0], &params);
        assert_eq!(found.model.sizes(), [2, 2]);
        assert_eq!(
            found.warnings,
            [Warning::new(
                "few_distinct_customers",
                "customers have only 2 different sets of measures: 2 clusters, not 4"
            )
            .with("found", 2)
            .with("wanted", 4)]
        );
        let found = of(&[1.0, 1.0, 2.0, 2.0], &ClustersParams::default());
        assert_eq!((found.model.sizes().len(), found.tried.len()), (2, 2));
        assert_eq!(found.warnings[0].code, "few_distinct_customers");
    }

    /// 198 rows around 0 and 1, and two far away on either side: each k from 3 on makes a cluster of one.
    #[test]
    fn clusters_too_small_lose_against_larger_ones() {
        let mut values: Vec<f64> = (0..198).map(|i| f64::from(i % 2) + f64::from(i) * 1e-4).collect();
        values.extend([-1e3, 1e3]);
        let found = of(&values, &ClustersParams::default());
        assert_eq!(found.warnings[0].code, "small_cluster");
        let params = ClustersParams { smallest_share: 0.0, ..ClustersParams::default() };
        assert!(of(&values, &params).warnings.is_empty());
    }

    #[test]
    fn a_run_that_does_not_settle_is_said_so() {
        let reference = &Reference::all()[2];
        let rows = Rows::new(&reference.values, reference.d).unwrap();
        let params = ClustersParams { k: K::Given(8), max_iter: 2, swaps: 0, ..ClustersParams::default() };
        assert_eq!(choose(rows, &params, 1, &[]).unwrap().warnings[0].code, "clusters_not_settled");
    }
}
