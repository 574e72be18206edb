//! Groups of customers who are alike, found by k-means rather than drawn by rule.
//!
//! The stage's story: the configured measures of each customer become a row of comparable numbers
//! ([`Scaler`]); k-means groups the rows ([`kmeans`]), for a given number of clusters or for several, of which
//! the one whose clusters stand apart most clearly is taken; clusters are numbered by value, 1 the most
//! valuable, and named after what sets their customers apart; every customer is told which values led where.
//!
//! Definitions on which books disagree, and ours:
//!
//! - Standard deviations are of the population (divided by n), as in scikit-learn's scaler.
//! - A customer without one of the measures gets no cluster, and the reason says which is missing. The median
//!   can stand in when the configuration asks for it.
//! - A cluster's published centre is the mean of its customers in original units, which people can check; it
//!   is not the back-transformed centre of the log space, which is nearer to a median.
//! - Inertia is the sum of squared distances in the scaled space, not their mean.
//!
//! From the second night on, clusters that are still the same groups keep their numbers and names
//! ([`matching`]): k-means also starts from last night's centres, and keeps to them unless another start is
//! better by more than a hundredth.
//!
//! Time grows with customers × measures × clusters; memory is some hundred bytes per customer.

mod choose;
mod features;
pub mod kmeans;
mod labels;
mod matching;
mod naming;
mod params;
mod quality;

use polars::prelude::*;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

pub use features::Scaler;
pub use naming::Words;
pub use params::{ClustersParams, Direction, Feature, K, Missing, Scale, Transform};

use self::choose::choose;
use self::features::Features;
use self::kmeans::{KMeansError, Rows};
use self::labels::Labels;
use self::naming::Profile;
use self::quality::Quality;
use crate::error::all;
use crate::math::sum::Sum;
use crate::schema::{Kind, cluster_quality as q, customers as c};
use crate::{Error, Result, Warning, table};

impl From<KMeansError> for Error {
    fn from(error: KMeansError) -> Self {
        Self::internal(format!("k-means was given what it cannot work on: {error}"))
    }
}

/// What clustering found.
#[derive(Clone, Debug)]
pub struct Clustering {
    /// The customers, with `cluster_id`, `cluster_name`, `cluster_distance` and `cluster_why`.
    pub customers: DataFrame,
    /// The clusters, the most valuable first.
    pub centres: Vec<Centre>,
    /// Figures of each number of clusters tried (`schema::cluster_quality`).
    pub quality: DataFrame,
    /// The number of clusters after which more of them help little (kneedle), for `k = "auto"`.
    pub knee: Option<u16>,
    /// What a later night needs to place customers in the same clusters.
    pub model: ClusterModel,
    /// What the reader of the result should know.
    pub warnings: Vec<Warning>,
}

/// A cluster as people see it.
#[derive(Clone, Debug, PartialEq)]
pub struct Centre {
    /// Number of the cluster, from 1; a group keeps its number from night to night.
    pub id: u16,
    /// What its customers are like beside the others.
    pub name: String,
    /// Number of its customers.
    pub customers: u32,
    /// Mean of each configured measure in original units, with its column.
    pub features: Vec<(String, f64)>,
}

/// How customers become points, and where the clusters lie among them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ClusterModel {
    /// The measures that tell customers apart, in the order of the coordinates.
    pub features: Vec<Scaler>,
    /// The clusters, the most valuable first.
    pub clusters: Vec<ModelCluster>,
    /// The highest number that any night gave to a cluster.
    #[serde(default)]
    pub highest_id: u16,
}

/// A cluster as a point of the scaled space.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelCluster {
    /// Number of the cluster.
    pub id: u16,
    /// Its name.
    pub name: String,
    /// Its centre, one coordinate per scaler.
    pub centre: Vec<f64>,
}

/// Clusters the customers.
///
/// `customers` has one row per customer and the columns named by `params.features`, in the order in which
/// sums are to be taken. Too few or too equal customers give fewer clusters, or none, and a warning.
/// `previous` is the model of the night before, whose clusters are found again.
///
/// # Errors
/// `Config` when a feature is a column that no earlier stage made; `Internal` when the table is not as the schema
/// declares it.
pub fn run(
    customers: DataFrame,
    params: &ClustersParams,
    seed: u64,
    previous: Option<&ClusterModel>,
) -> Result<Clustering> {
    let columns = all(params.features.par_iter().map(|feature| values(&customers, feature)))?;
    let features = features::prepare(&columns, params);
    let mut warnings: Vec<Warning> = features.constant.iter().map(constant_feature).collect();
    let found = group(&features, params, seed, previous, &mut warnings)?.numbered(&features);
    let mut centres = centres(&features, &found, params);
    let highest_id = match previous {
        Some(before) => {
            let radius = params.match_radius;
            let partners = matching::partners(before, &features.scalers, &found.centres, radius);
            matching::carry(&mut centres, &partners, before)
        }
        None => centres.len() as u16,
    };
    let labels = Labels { known: &columns, features: &features, found: &found, centres: &centres, params };
    Ok(Clustering {
        customers: table::with(customers, labels.columns()?)?,
        quality: quality_table(&found)?,
        knee: found.knee.map(|k| k as u16),
        model: model(&features, &found, &centres, highest_id),
        centres,
        warnings,
    })
}

/// A measure of every customer.
fn values(customers: &DataFrame, feature: &Feature) -> Result<Vec<Option<f64>>> {
    let name = feature.column.as_str();
    if customers.column(name).is_err() {
        let message = format!("`[clusters] features` has `{name}`, which no stage of this run makes");
        return Err(Error::config(message).hint("take it out of `features`, or run the stage that makes it"));
    }
    let floats = |values: Vec<Option<f64>>| values.into_iter().map(|v| v.filter(|v| v.is_finite())).collect();
    Ok(match c::TABLE.column(name).map(|column| column.kind) {
        Some(Kind::U8) => table::u8s(customers, name)?.into_iter().map(|v| v.map(f64::from)).collect(),
        Some(Kind::U32) => table::u32s(customers, name)?.into_iter().map(|v| v.map(f64::from)).collect(),
        Some(Kind::I32) => table::i32s(customers, name)?.into_iter().map(|v| v.map(f64::from)).collect(),
        _ => floats(table::f64s(customers, name)?),
    })
}

fn constant_feature((column, value): &(String, f64)) -> Warning {
    let message =
        format!("every clustered customer has `{column}` {value}, so it tells nobody apart and is left out");
    Warning::new("constant_feature", message).with("measure", column.as_str()).with("value", *value)
}

/// Clusters of rows, before or after they are numbered.
struct Groups {
    /// Cluster of each clustered customer.
    labels: Vec<u16>,
    /// Centres in the scaled space.
    centres: Vec<Vec<f64>>,
    sizes: Vec<u32>,
    tried: Vec<Quality>,
    knee: Option<usize>,
}

/// Groups the rows: by k-means where they differ, into one cluster where they do not.
fn group(
    features: &Features,
    params: &ClustersParams,
    seed: u64,
    previous: Option<&ClusterModel>,
    warnings: &mut Vec<Warning>,
) -> Result<Groups> {
    let n = features.customers.len();
    let rows = Rows::new(&features.scaled, features.scalers.len()).filter(|rows| rows.len() > 0);
    if let Some(rows) = rows {
        let before = previous.filter(|model| matching::comparable(&model.features, &features.scalers));
        let start: Vec<f64> = before.map_or_else(Vec::new, |model| {
            let there = |cluster: &ModelCluster| {
                matching::translated(&cluster.centre, &model.features, &features.scalers)
            };
            model.clusters.iter().flat_map(there).collect()
        });
        let choice = choose(rows, params, seed, &start)?;
        warnings.extend(choice.warnings);
        return Ok(Groups {
            labels: choice.model.labels().to_vec(),
            centres: choice.model.centroids().outer_iter().map(|centre| centre.to_vec()).collect(),
            sizes: choice.model.sizes().to_vec(),
            tried: choice.tried,
            knee: choice.knee,
        });
    }
    let one = usize::from(n > 0);
    warnings.push(match n {
        0 => Warning::new(
            "no_clusters",
            "no customer has all measures of `[clusters] features`, so there are no clusters",
        ),
        _ => Warning::new(
            "one_cluster",
            format!("{n} customers do not differ in any measure, so they are one cluster"),
        )
        .with("n", n),
    });
    let alone = Quality {
        k: 1,
        inertia: 0.0,
        simplified_silhouette: None,
        calinski_harabasz: None,
        davies_bouldin: None,
        smallest_share: 1.0,
    };
    Ok(Groups {
        labels: vec![0; n],
        centres: vec![Vec::new(); one],
        sizes: vec![n as u32; one],
        tried: vec![alone; one],
        knee: None,
    })
}

impl Groups {
    /// The same groups with the most valuable first.
    fn numbered(self, features: &Features) -> Self {
        let directions: Vec<Direction> = features.scalers.iter().map(|scaler| scaler.direction).collect();
        let order = naming::order(&self.centres, &directions, &self.sizes);
        let mut number = vec![0; order.len()];
        order.iter().enumerate().for_each(|(new, &old)| number[old] = new as u16);
        Self {
            labels: self.labels.iter().map(|&label| number[usize::from(label)]).collect(),
            centres: order.iter().map(|&old| self.centres[old].clone()).collect(),
            sizes: order.iter().map(|&old| self.sizes[old]).collect(),
            ..self
        }
    }
}

/// The clusters as people see them.
fn centres(features: &Features, found: &Groups, params: &ClustersParams) -> Vec<Centre> {
    let (k, width) = (found.sizes.len(), params.features.len());
    let mut sums = vec![Sum::default(); k * width];
    for (values, &label) in features.original.chunks_exact(width).zip(&found.labels) {
        sums[usize::from(label) * width..].iter_mut().zip(values).for_each(|(sum, &value)| sum.add(value));
    }
    let mean = |cluster: usize, column: usize| {
        sums[cluster * width + column].value() / f64::from(found.sizes[cluster])
    };
    let profile = |(coordinate, scaler): (usize, &'_ Scaler)| {
        let column = params.features.iter().position(|feature| feature.column == scaler.column)?;
        Some(Profile {
            column: &params.features[column].column,
            means: (0..k).map(|cluster| mean(cluster, column)).collect(),
            scaled: found.centres.iter().map(|centre| centre[coordinate]).collect(),
        })
    };
    let profiles: Vec<Profile<'_>> = features.scalers.iter().enumerate().filter_map(profile).collect();
    let names = naming::names(k, &profiles, params);
    let columns = || params.features.iter().map(|feature| feature.column.clone()).enumerate();
    names
        .into_iter()
        .enumerate()
        .map(|(cluster, name)| Centre {
            id: cluster as u16 + 1,
            name,
            customers: found.sizes[cluster],
            features: columns().map(|(column, name)| (name, mean(cluster, column))).collect(),
        })
        .collect()
}

fn quality_table(found: &Groups) -> Result<DataFrame> {
    let tried = &found.tried;
    let figures = |of: fn(&Quality) -> Option<f64>| tried.iter().map(of).collect::<Vec<_>>();
    table::new(vec![
        Column::new(q::K.into(), tried.iter().map(|quality| quality.k as u16).collect::<Vec<_>>()),
        Column::new(q::INERTIA.into(), figures(|quality| Some(quality.inertia))),
        Column::new(q::SIMPLIFIED_SILHOUETTE.into(), figures(|quality| quality.simplified_silhouette)),
        Column::new(q::CALINSKI_HARABASZ.into(), figures(|quality| quality.calinski_harabasz)),
        Column::new(q::DAVIES_BOULDIN.into(), figures(|quality| quality.davies_bouldin)),
        Column::new(q::SMALLEST_SHARE.into(), figures(|quality| Some(quality.smallest_share))),
        Column::new(
            q::CHOSEN.into(),
            tried.iter().map(|quality| quality.k == found.sizes.len()).collect::<Vec<_>>(),
        ),
    ])
}

fn model(features: &Features, found: &Groups, centres: &[Centre], highest_id: u16) -> ClusterModel {
    let clusters = centres.iter().zip(&found.centres);
    let cluster = |(seen, centre): (&Centre, &Vec<f64>)| ModelCluster {
        id: seen.id,
        name: seen.name.clone(),
        centre: centre.clone(),
    };
    ClusterModel { features: features.scalers.clone(), clusters: clusters.map(cluster).collect(), highest_id }
}

#[cfg(test)]
mod golden;
#[cfg(test)]
#[allow(clippy::float_cmp, reason = "the values compared are exact")]
mod tests;
